"""A batch of two examples through one small network: every weight sums over the examples, the 1/2 appears once.

The network has two weights in its first layer and one in its second: n_i = w_i x_i, o = n_1 + n_2, z = W o, and for
each example the loss l = (z - y)^2; the loss of the batch is L = (l^1 + l^2) / 2.
"""

import chainrule

NETWORK = """
n_1^1 = w_1^1 x_1^1;  n_2^1 = w_2^1 x_2^1;  o^1 = n_1^1 + n_2^1;  z^1 = W_1^2 o^1;  t^1 = z^1 - y^1;  l^1 = (t^1)^2
n_1^2 = w_1^1 x_1^2;  n_2^2 = w_2^1 x_2^2;  o^2 = n_1^2 + n_2^2;  z^2 = W_1^2 o^2;  t^2 = z^2 - y^2;  l^2 = (t^2)^2
PreL = l^1 + l^2
L = PreL / 2
"""
VALUES = {
    "w_1^1": 0.5, "w_2^1": -1.0, "W_1^2": 2.0,
    "x_1^1": 1.0, "x_2^1": 2.0, "y^1": 1.0,
    "x_1^2": 3.0, "x_2^2": -1.0, "y^2": 0.0,
}  # fmt: skip

worked = chainrule.explain(NETWORK)(**VALUES)
print(worked.text())

# The weight of the second layer is used in both passes: its gradient is the sum over them, -1.5 x (-4) + 2.5 x 5 =
# 18.5.
# The 1/2 of the mean is inside dL/dz^1 and dL/dz^2 already; it must not be applied a second time.
assert worked.gradients["W_1^2"] == 18.5
assert worked.gradients["w_1^1"] == 22.0
assert worked.gradients["w_2^1"] == -26.0
