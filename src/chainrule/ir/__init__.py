"""What a computation is made of: types, notation, ops, nodes, graphs, and how a graph is printed. Nothing here knows an op."""
