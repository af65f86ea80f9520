"""A variational autoencoder: handwritten digits squeezed through eight numbers, and drawn again.

The encoder says a mean and a variance for each of the eight; the decoder sees one draw, mean + deviation * noise, so
that the gradient passes through the draw (the reparameterisation of Kingma and Welling, 2014). The loss is the negative
of the evidence lower bound: how badly the image is drawn again, plus how far the code is from standard normal.
"""

import numpy as np
from sklearn.datasets import load_digits

import chainrule
from chainrule import nn, optimisers
from chainrule.nn import initialisers

images = load_digits().data / 16
CODE, HIDDEN = 8, 64
random = np.random.default_rng(0)


def distance_to_normal(mean, log_variance):
    """The Kullback-Leibler divergence of a normal distribution from the standard one."""
    variance = np.exp(log_variance)
    D = np.sum(mean**2 + variance - log_variance - 1) / 2
    return D


def loss(params, images, key):
    hidden = np.tanh(nn.linear(images, *params["encoder"]))
    mean, log_variance = nn.linear(hidden, *params["mean"]), nn.linear(hidden, *params["log_variance"])
    code = mean + np.exp(log_variance / 2) * chainrule.random.normal(key, (len(images), CODE))
    drawn = nn.linear(np.tanh(nn.linear(code, *params["decoder"])), *params["image"])
    error = nn.binary_cross_entropy_with_logits(drawn, images, reduction="sum")
    return (error + distance_to_normal(mean, log_variance)) / len(images)


def layer(seed, inputs, outputs):
    return initialisers.glorot_normal(chainrule.random.key(seed), (inputs, outputs)), np.zeros(outputs)


params = {
    "encoder": layer(1, 64, HIDDEN), "mean": layer(2, HIDDEN, CODE), "log_variance": layer(3, HIDDEN, CODE),
    "decoder": layer(4, CODE, HIDDEN), "image": layer(5, HIDDEN, 64),
}  # fmt: skip
descent = optimisers.adam(optimisers.schedules.cosine(0.02, 400))


@chainrule.jit
def step(params, state, images, key):
    value, gradient = chainrule.value_and_grad(loss)(params, images, key)
    return value, *descent.update(gradient, state, params)


state = descent.init(params)
for key in chainrule.random.split(chainrule.random.key(0), 400):
    batch = images[random.integers(0, len(images), 128)]
    value, params, state = step(params, state, batch, key)

value = loss(params, images, key)
print(f"loss {64 * np.log(2):.1f} for grey images, {value:.2f} after training\n")
assert value < 26.5

code = random.normal(size=CODE)
drawn = nn.sigmoid(nn.linear(np.tanh(nn.linear(code, *params["decoder"])), *params["image"])).reshape(8, 8)
print("a digit nobody wrote:\n" + "\n".join("".join(" .:-=+*#%@"[int(9.99 * ink)] * 2 for ink in row) for row in drawn))

# What pulls a code towards the standard normal: the mean itself, and (variance - 1)/2.
worked = chainrule.explain(distance_to_normal)(np.array([0.5, -1.0]), np.array([0.0, 1.0]))
print("\n" + worked.text())
