"""A small transformer: it learns to write a sequence backwards.

Tokens are looked up, positions are added, and attention and a two-layer net follow, each beside a skip connection and
behind a norm. Which position must be attended to is all that there is to learn.
"""

import numpy as np

import chainrule
from chainrule import nn, optimisers
from chainrule.nn import initialisers

TOKENS, LENGTH, WIDTH, HEADS = 8, 6, 32, 2
random = np.random.default_rng(0)
positions = nn.sinusoidal_positions(LENGTH, WIDTH)


def loss(params, tokens):
    x = nn.embedding(tokens, params["table"]) + positions
    y = nn.layer_norm(x)
    x = x + nn.multi_head_attention(y, y, y, params, HEADS)
    x = x + nn.linear(nn.gelu(nn.linear(nn.layer_norm(x), *params["up"])), *params["down"])
    scores = nn.linear(nn.layer_norm(x), params["table"].T)
    return nn.cross_entropy(scores, tokens[:, ::-1])


def matrix(seed, rows, columns):
    return initialisers.glorot_normal(chainrule.random.key(seed), (rows, columns))


params = {name: matrix(seed, WIDTH, WIDTH) for seed, name in enumerate(("query", "key", "value", "output"))}
params["table"] = matrix(4, TOKENS, WIDTH)
params["up"] = matrix(5, WIDTH, 2 * WIDTH), np.zeros(2 * WIDTH)
params["down"] = matrix(6, 2 * WIDTH, WIDTH), np.zeros(WIDTH)
descent = optimisers.adam(optimisers.schedules.one_cycle(0.01, 150))


@chainrule.jit
def step(params, state, tokens):
    value, gradient = chainrule.value_and_grad(loss)(params, tokens)
    return value, *descent.update(optimisers.clip_by_global_norm(gradient, 1.0), state, params)


state = descent.init(params)
for _ in range(150):
    value, params, state = step(params, state, random.integers(0, TOKENS, (32, LENGTH)))

value = loss(params, random.integers(0, TOKENS, (200, LENGTH)))
print(f"loss {np.log(TOKENS):.3f} for guessing, {value:.4f} after training, on sequences not seen before\n")
assert value < 0.05


# One query that looks at two places: how the gradient passes through the weights of attention.
def attend(q, K, V):
    scores = K @ q
    weights = nn.softmax(scores)
    mixed = weights @ V
    L = np.sum(mixed**2)
    return L


worked = chainrule.explain(attend, argnums=0)(np.array([1.0, 0.0]), np.eye(2), np.array([[2.0, 0.0], [0.0, 1.0]]))
print(worked.text())
