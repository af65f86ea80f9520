"""Two graphs that every course draws: f = (x + y) z, whose gates distribute and switch, and f = ||W x||^2."""

import numpy as np

import chainrule

gates = chainrule.explain("f = (x + y) z")(x=-2.0, y=5.0, z=-4.0)
print(gates.text())
assert gates.order == ["x", "y", "z", "q", "f"]
assert gates.gradients == {"x": -4.0, "y": -4.0, "z": 3.0}

W, x = np.array([[0.1, 0.5], [-0.3, 0.8]]), np.array([0.2, 0.4])
norm = chainrule.explain("f = ||W x||^2")(W=W, x=x)
print()
print(norm.text())

# 2 q x^T and 2 W^T q with q = W x = (0.22, 0.26)
np.testing.assert_allclose(norm.gradients["W"], [[0.088, 0.176], [0.104, 0.208]], rtol=1e-12)
np.testing.assert_allclose(norm.gradients["x"], [-0.112, 0.636], rtol=1e-12)
