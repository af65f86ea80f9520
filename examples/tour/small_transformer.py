"""A small transformer: it learns to write a sequence backwards.

Tokens are looked up, positions are added, and two blocks of attention and a two-layer net follow, each beside a skip
connection and behind a norm. Which position must be attended to is all that there is to learn.
"""

import numpy as np

import chainrule
from chainrule import nn, optimisers
from chainrule.nn import initialisers

TOKENS, LENGTH, WIDTH, HEADS = 8, 6, 32, 2
random = np.random.default_rng(0)
positions = nn.sinusoidal_positions(LENGTH, WIDTH)


def block(p, x):
    x = x + nn.multi_head_attention(*[nn.layer_norm(x)] * 3, p, HEADS)
    return x + nn.linear(nn.gelu(nn.linear(nn.layer_norm(x), *p["up"])), *p["down"])


def loss(params, tokens):
    x = nn.embedding(tokens, params["table"]) + positions
    for p in params["blocks"]:
        x = block(p, x)
    scores = nn.linear(nn.layer_norm(x), params["table"].T)
    return nn.cross_entropy(scores, tokens[:, ::-1])


def matrix(seed, rows, columns):
    return initialisers.glorot_normal(np.array([seed], np.uint64), (rows, columns))


def first_block(seed):
    square = {name: matrix(seed + k, WIDTH, WIDTH) for k, name in enumerate(("query", "key", "value", "output"))}
    up = (matrix(seed + 4, WIDTH, 2 * WIDTH), np.zeros(2 * WIDTH))
    return {**square, "up": up, "down": (matrix(seed + 5, 2 * WIDTH, WIDTH), np.zeros(WIDTH))}


params = {"table": matrix(1, TOKENS, WIDTH), "blocks": [first_block(10), first_block(20)]}
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
