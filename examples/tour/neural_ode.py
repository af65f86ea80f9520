"""A neural ordinary differential equation: the law of a damped pendulum, learned from its motions.

A small net says how fast angle and speed change; Runge-Kutta steps carry a state along (`scan`); the loss compares the
path with the one observed, and its gradient passes back through all steps.
Source: Chen et al., Neural ordinary differential equations (2018).
"""

import numpy as np

import chainrule
from chainrule import nn, optimisers
from chainrule.nn import initialisers

STEP, STEPS, HIDDEN = 0.2, 12, 32


def pendulum(state):
    angle, speed = state[:, 0], state[:, 1]
    return np.stack([speed, -np.sin(angle) - 0.3 * speed], axis=1)


def path(change, state):
    """The states after each step, by the midpoint rule."""

    def one_step(state, _):
        middle = state + STEP / 2 * change(state)
        state = state + STEP * change(middle)
        return state, state

    return chainrule.scan(one_step, state, length=STEPS)[1]


def net(params, state):
    return nn.linear(np.tanh(nn.linear(state, *params["inner"])), *params["outer"])


def loss(params, starts, observed):
    return np.mean((path(lambda state: net(params, state), starts) - observed) ** 2)


descent = optimisers.adam(optimisers.schedules.cosine(0.03, 400))


@chainrule.jit
def step(params, state, starts, observed):
    value, gradient = chainrule.value_and_grad(loss)(params, starts, observed)
    return value, *descent.update(gradient, state, params)


def layer(seed, inputs, outputs):
    return initialisers.glorot_normal(chainrule.random.key(seed), (inputs, outputs)), np.zeros(outputs)


random = np.random.default_rng(0)
params = {"inner": layer(1, 2, HIDDEN), "outer": layer(2, HIDDEN, 2)}
state = descent.init(params)
starts = random.uniform(-2, 2, (64, 2))
observed = path(pendulum, starts)
for _ in range(400):
    value, params, state = step(params, state, starts, observed)

unseen = random.uniform(-2, 2, (100, 2))
value = loss(params, unseen, path(pendulum, unseen))
print(f"mean squared error along paths from unseen starts: {value:.1e}\n")
assert value < 4e-3


# Two steps of dx/dt = -k x: k acts in both, so its gradient is a sum over the steps.
def two_steps(k, x_0):
    x_1 = x_0 - 0.5 * k * x_0
    x_2 = x_1 - 0.5 * k * x_1
    L = x_2**2
    return L


print(chainrule.explain(two_steps)(1.0, 4.0).text())
