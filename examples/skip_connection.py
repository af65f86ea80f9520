"""A ReLU network with a skip connection: two paths lead back to h_0, and their gradients are added.

z_0 = w_0 x, h_0 = relu(z_0), z_1 = w_1 h_0, h_1 = relu(z_1), z_2 = w_2 h_1 + w_3 h_0, and L = (z_2 - y)^2 / 2.
"""

import numpy as np

import chainrule


def loss(x, w_0, w_1, w_2, w_3, y):
    z_0 = w_0 * x
    h_0 = chainrule.relu(z_0)
    z_1 = w_1 * h_0
    h_1 = chainrule.relu(z_1)
    z_2 = w_2 * h_1 + w_3 * h_0
    L = (z_2 - y) ** 2 / 2
    return L


worked = chainrule.explain(loss, argnums=(1, 2, 3, 4))(2.0, 1.5, 0.5, 2.0, 1.0, 5.0)
print(worked.text())
assert [worked.gradients[name] for name in ("w_0", "w_1", "w_2", "w_3")] == [4.0, 6.0, 1.5, 3.0]

# The same network where every unit is off: all gradients vanish, and the notes say why.
dead = chainrule.explain(loss, argnums=(1, 2, 3, 4))(-2.0, 1.5, -0.5, 2.0, 1.0, 5.0)
print()
print(dead.text(detail="result"))
assert not any(dead.gradients.values())

# Explaining changes no gradient, not even in the last bit.
assert chainrule.grad(loss, argnums=(1, 2, 3, 4))(2.0, 1.5, 0.5, 2.0, 1.0, 5.0) == tuple(worked.gradients.values())
assert np.isfinite(worked.gradients["w_0"])
