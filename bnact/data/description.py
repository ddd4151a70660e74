"""What a report says of a dataset, by its name alone: what it is, how it is split and how scaled."""

import re

_SHUFFLED = "One fixed permutation splits it 60 : 20 : 20 into training, validation and test set."
_PUBLISHED = (
    "The test set is the published one; one fixed permutation takes a fifth of the training file for "
    "validation."
)
_WHOLE = (
    "Every feature is centred at its mean over the training set, and all are divided by one number, the "
    "standard deviation of all centred training inputs."
)
_EACH = (
    "Every feature is centred at its mean over the training set and divided by its own standard deviation "
    "there."
)
_NONE = "Inputs are left as they are."
_TARGETS = "Targets are centred and divided by the standard deviation of the training targets."
_MIXED = (
    "Then every feature is brought to the range from 0 to 1 by the training set's minimum and maximum, and "
    "every second one to 1 to 1000, not centred."
)

_DESCRIPTIONS = {
    "digits": (
        "Digits: the 1,797 images of handwritten digits, 8 × 8 pixels, that scikit-learn bundles (Alpaydin "
        "and Kaynak, 1998)",
        _SHUFFLED,
        _WHOLE,
    ),
    "breast_cancer": (
        "Breast cancer: 569 tumours in two classes, 30 measurements each, that scikit-learn bundles (Wolberg "
        "and others, 1995)",
        _SHUFFLED,
        _EACH,
    ),
    "wine": (
        "Wine: 178 wines of three growers, 13 chemical measurements each, that scikit-learn bundles "
        "(Aeberhard and Forina, 1991)",
        _SHUFFLED,
        _EACH,
    ),
    "diabetes": (
        "Diabetes: 442 patients, 10 measurements each, and as the target the progression of the disease, "
        "that scikit-learn bundles (Efron and others, 2004)",
        _SHUFFLED,
        _EACH,
        _TARGETS,
    ),
    "spirals": (
        "Spirals: points on interleaved spirals in the plane, one spiral a class, made from a fixed seed",
        _SHUFFLED,
        _WHOLE,
    ),
    "teacher": (
        "Teacher: normal inputs, labelled by the largest output of a fixed random network with two hidden "
        "tanh layers, made from a fixed seed",
        _SHUFFLED,
        _WHOLE,
    ),
    "parity": (
        "Parity: rows of bits, -1 or 1, labelled by the parity of the first few, all rows different, made "
        "from a fixed seed",
        _SHUFFLED,
        _NONE,
    ),
    "friedman": (
        "Friedman: uniform inputs, and as the target a smooth function of five of them with noise (Friedman, "
        "1991), made from a fixed seed",
        _SHUFFLED,
        _WHOLE,
        _TARGETS,
    ),
    "mnist": (
        "MNIST: images of handwritten digits, 28 × 28 pixels (LeCun and others, 1998), from a user's folder",
        _PUBLISHED,
        _WHOLE,
    ),
    "cifar10": (
        "CIFAR-10: colour photographs in ten classes, 32 × 32 pixels (Krizhevsky, 2009), from a user's "
        "folder",
        _PUBLISHED,
        _WHOLE,
    ),
}


def description(name: str) -> str:
    """What a dataset is, how it is split and how it is scaled, in sentences.

    Args:
      name: a dataset's; one that bnact does not know is called a user's own arrays.
    """
    plain = name.removesuffix("-mixed")
    own = (f"{plain}: a user's own arrays", _SHUFFLED, _WHOLE)
    # The name of what was read from a folder ends with its hash; a user's own name may begin like any.
    known = re.sub("^(mnist|cifar10)-[0-9a-f]{12}$", r"\1", plain)
    what, *sentences = _DESCRIPTIONS.get(known, own)
    mixed = [] if plain == name else [_MIXED]
    return " ".join([f"{what}.", *sentences, *mixed])
