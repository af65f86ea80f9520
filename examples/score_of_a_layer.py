"""s = u^T f(W x + b) with f left open: the chain rule does not need to know f, only that it has a derivative f'."""

import numpy as np

import chainrule

FORMULA = "z = W x + b; h = f(z); s = u^T h"

# In symbols: delta = ds/dz = u times f'(z), entry by entry; ds/db = delta, ds/dW = delta x^T, ds/dx = W^T delta.
symbols = chainrule.explain(FORMULA, shapes="W: n m, x: m, b: n, u: n", called={"z": "delta"})()
print(symbols.text())

# With numbers, and f a sigmoid.
numbers = chainrule.explain(FORMULA.replace("f(z)", "sigmoid(z)"), called={"z": "delta"})(
    W=np.array([[0.1, 0.5], [-0.3, 0.8]]), x=np.array([0.2, 0.4]), b=np.array([0.1, -0.1]), u=np.array([1.0, -2.0])
)
print()
print(numbers.text())
np.testing.assert_allclose(numbers.gradients["b"], [0.243708, -0.496814], atol=5e-7)
np.testing.assert_allclose(numbers.gradients["W"], [[0.048742, 0.097483], [-0.099363, -0.198725]], atol=1e-6)
np.testing.assert_allclose(numbers.gradients["x"], [0.173415, -0.275597], atol=5e-7)
