"""Hand tracking, simple and small: the dense Jacobian of the errors of points by the 26 numbers that pose a hand.

22 bones: A_i = A_parent(i) B_i RzRyRx(pose_i), T_i = A_i Ainv_i, v = sum_i w_iv T_i v0, then the global rotation and
translation; err_k = point_k - v[corr_k]. The numbers: an axis times an angle, a translation, and for each of five
fingers two angles at its first joint and one at the next two.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import chainrule

from ..measure import Call, Case

LAST = np.array([0.0, 0.0, 0.0, 1.0])  # of the matrix of a rigid motion
FINGERS, JOINTS, BONES, VERTICES, POINTS = 5, 4, 22, 544, 100
NUMBERS = 6 + FINGERS * 4


def parent(bone: int) -> int:
    """Bone 0 is the wrist and bone 1 the palm, where all fingers begin."""
    return max(0, bone - 1) if bone < 2 or (bone - 2) % JOINTS else 1


def angles() -> Any:
    """What turns the 20 numbers of the fingers into three angles a bone."""
    found = np.zeros((NUMBERS - 6, BONES, 3))
    for finger in range(FINGERS):
        first, bone = 4 * finger, 2 + JOINTS * finger
        for number, joint, axis in ((0, 0, 0), (1, 0, 1), (2, 1, 0), (3, 2, 0)):
            found[first + number, bone + joint, axis] = 1.0
    return found.reshape(NUMBERS - 6, 3 * BONES)


def turns(library: Any, pose: Any) -> Any:
    """RzRyRx of each row of angles."""
    cos, sin = library.cos(pose), library.sin(pose)
    cx, cy, cz, sx, sy, sz = (part[:, axis] for part in (cos, sin) for axis in range(3))
    rows = [
        cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz,
        cy * sz, sx * sy * sz + cx * cz, cx * sy * sz - sx * cz,
        -sy, sx * cy, cx * cy,
    ]  # fmt: skip
    return library.reshape(library.stack(rows, axis=1), (BONES, 3, 3))


def rotation(library: Any, r: Any) -> Any:
    """Rodrigues: the rotation about `r` by its length."""
    angle = library.sqrt(library.sum(r * r))
    x, y, z = r[0] / angle, r[1] / angle, r[2] / angle
    c, s = library.cos(angle), library.sin(angle)
    d = 1.0 - c
    rows = [
        c + d * x * x, d * x * y - s * z, d * x * z + s * y,
        d * x * y + s * z, c + d * y * y, d * y * z - s * x,
        d * x * z - s * y, d * y * z + s * x, c + d * z * z,
    ]  # fmt: skip
    return library.reshape(library.stack(rows), (3, 3))


def rigid(random: Any, shift: float) -> Any:
    """A small rotation and a translation, as 4 by 4."""
    found = np.eye(4)
    found[:3, :3] = rotation(np, 0.3 * random.normal(size=3))
    found[:3, 3] = shift * random.normal(size=3)
    return found


def data() -> tuple[Any, ...]:
    """(numbers, B, Ainv, what bones do to the chosen vertices, points)."""
    random = np.random.default_rng(26)
    base = np.stack([rigid(random, 0.5) for _ in range(BONES)])
    at_rest: list[Any] = []
    for bone in range(BONES):
        at_rest.append(at_rest[parent(bone)] @ base[bone] if bone else base[0])
    weights = random.random((VERTICES, BONES)) * (random.random((VERTICES, BONES)) < 0.2) + 1e-3
    weights /= weights.sum(axis=1, keepdims=True)
    vertices = np.concatenate([random.normal(size=(VERTICES, 3)), np.ones((VERTICES, 1))], axis=1)
    chosen = random.integers(0, VERTICES, POINTS)
    carried = (weights[chosen, :, None] * vertices[chosen, None, :]).reshape(POINTS, 4 * BONES)
    numbers = 0.3 * random.normal(size=NUMBERS)
    return numbers, base, np.linalg.inv(np.stack(at_rest)), carried, random.normal(size=(POINTS, 3))


def errors(library: Any, base: Any, inverse: Any, carried: Any, points: Any) -> Callable[..., Any]:
    """The errors as a function of the 26 numbers; fingers are followed side by side, joint after joint."""
    chosen, start = angles(), base[0] @ base[1]  # neither the wrist nor the palm bends
    fixed = library.stack([base[0], start])[:, :3]

    def found(numbers: Any) -> Any:
        local = base[:, :3, :3] @ turns(library, library.reshape(numbers[6:] @ chosen, (BONES, 3)))
        steps = library.reshape(library.concatenate([local, base[:, :3, 3:]], axis=2)[2:], (FINGERS, JOINTS, 3, 4))
        turned, moved = start[:3, :3], start[:3, 3:]
        joints = []
        for joint in range(JOINTS):
            turned, moved = turned @ steps[:, joint, :, :3], turned @ steps[:, joint, :, 3:] + moved
            joints.append(library.concatenate([turned, moved], axis=2))
        fingers = library.reshape(library.stack(joints, axis=1), (FINGERS * JOINTS, 3, 4))
        absolute = library.concatenate([fixed, fingers], axis=0)
        shifted = absolute[:, :, :3] @ inverse[:, :3] + absolute[:, :, 3:] * LAST
        placed = carried @ library.reshape(library.swapaxes(shifted, 1, 2), (4 * BONES, 3))
        return points - (placed @ library.transpose(rotation(library, numbers[:3])) + numbers[3:6])

    return found


def ours() -> Call:
    numbers, *given = data()
    jacobian = chainrule.jit(chainrule.jacfwd(errors(np, *given)))
    return lambda: jacobian(numbers)


def by_jax() -> Call:
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    numbers, *given = (jax.numpy.asarray(each) for each in data())
    jacobian = jax.jit(jax.jacfwd(errors(importlib.import_module("jax.numpy"), *given)))
    return lambda: jax.block_until_ready(jacobian(numbers))


def cases() -> Iterator[Case]:
    yield Case(f"Hand, simple, small: Jacobian {3 * POINTS} by {NUMBERS}", "0.5", ours, {"jax": by_jax}, 1e-9)
