"""A small convolutional net: are the stripes in a noisy image upright, level or slanting?

The data is made here. Two convolutions, each followed by relu and max pooling, then a mean over each channel: where the
stripes stand does not matter, so the net says so by its shape.
"""

import numpy as np

import chainrule
from chainrule import nn, optimisers
from chainrule.nn import initialisers

random = np.random.default_rng(0)


def stripes(count):
    """Images (count, 1, 10, 10) and their classes: stripes that run along one of three directions, under noise."""
    classes = random.integers(0, 3, count)
    rows, columns = np.mgrid[0:10, 0:10]
    along = np.stack([columns, rows, rows + columns])[classes]
    phase = random.uniform(0, 2 * np.pi, (count, 1, 1))
    images = np.sin(1.6 * along + phase) + random.normal(0, 0.7, (count, 10, 10))
    return images[:, None].astype(np.float32), classes


def scores(params, images):
    h = nn.max_pool2d(nn.relu(nn.conv2d(images, *params["first"], padding="same")), 2)
    h = nn.relu(nn.conv2d(h, *params["second"]))
    return nn.linear(nn.global_avg_pool(h), *params["last"])


def loss(params, images, classes):
    return nn.cross_entropy(scores(params, images), classes)


descent = optimisers.adamw(optimisers.schedules.one_cycle(0.02, 60))


@chainrule.jit
def step(params, state, images, classes):
    value, gradient = chainrule.value_and_grad(loss)(params, images, classes)
    return value, *descent.update(gradient, state, params)


def layer(seed, shape):
    return initialisers.he_normal(chainrule.random.key(seed), shape, dtype=np.float32)


params = {
    "first": (layer(1, (8, 1, 3, 3)), np.zeros(8, np.float32)),
    "second": (layer(2, (16, 8, 3, 3)), np.zeros(16, np.float32)),
    "last": (layer(3, (16, 3)), np.zeros(3, np.float32)),
}
state = descent.init(params)
for _ in range(60):
    value, params, state = step(params, state, *stripes(64))

images, classes = stripes(500)
value, right = loss(params, images, classes), np.mean(np.argmax(scores(params, images), 1) == classes)
print(f"loss {np.log(3):.3f} before, {value:.3f} after training; {right:.1%} of unseen images right\n")
assert value < 0.1
assert params["first"][0].dtype == np.float32  # nothing became float64 on the way


# What goes back through a window: max pooling sends its gradient to the largest entry, relu stops what was negative.
def piece(row, filters):
    z = nn.conv1d(row, filters)
    h = nn.max_pool1d(nn.relu(z), 2)
    L = np.sum(h)
    return L


worked = chainrule.explain(piece)(np.array([[[1.0, 3.0, 2.0, 5.0, 1.0]]]), np.array([[[1.0, -1.0]]]))
print(worked.text(detail="statements"))
