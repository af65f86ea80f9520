"""What a computation is made of: types, notation, ops, nodes, graphs, printing. Nothing here knows an op."""
