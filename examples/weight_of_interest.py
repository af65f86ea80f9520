"""One weight of a 4-4-2 network with sigmoid and softmax: softmax couples its outputs, so both paths count.

The question is dL/dW_2[1,2]: the weight from the second hidden unit to the first output. A path through the second
output is easily forgotten, and then the answer is exactly half of the right one.
"""

import numpy as np

import chainrule


def loss(W_1, W_2, x, y):
    a_1 = W_1 @ x
    h_1 = chainrule.sigmoid(a_1)
    a_2 = W_2 @ h_1
    yhat = chainrule.softmax(a_2)
    L = chainrule.squared_error(yhat, y)
    return L


W_1 = np.array([[0.1, 0.3, 0.8, -0.4], [-0.3, -0.2, 0.5, 0.5], [-0.3, 0.0, 0.5, 0.4], [0.2, 0.5, -0.9, 0.7]])
W_2 = np.array([[0.5, 0.8, 0.2, 0.4], [0.5, 0.2, 0.3, -0.5]])
x, y = np.array([2.0, 5.0, 3.0, 3.0]), np.array([1.0, 0.0])

# Python counts from 0, so the entry is W_2[0,1]; what is printed counts from 1, as mathematics does.
worked = chainrule.explain(loss, wrt="W_2[0,1]")(W_1, W_2, x, y)
print(worked.text())

(gradient,) = worked.gradients.values()
np.testing.assert_allclose(gradient, -0.130377, atol=5e-7)
paths = worked.paths("W_2[1,2]")
assert len(paths) == 2
np.testing.assert_allclose(sum(path.value for path in paths), gradient, rtol=1e-12)

# Four paths lead to a weight of the first layer: two outputs of the softmax, each through two of its inputs.
first = chainrule.explain(loss, wrt="W_1[2,0]")(W_1, W_2, x, y)
print()
print(first.text())
assert len(first.paths("W_1[3,1]")) == 4
np.testing.assert_allclose(first.gradients["W_1[3,1]"], 0.003159, atol=5e-7)
