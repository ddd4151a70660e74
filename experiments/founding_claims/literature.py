"""What others found on the same questions, with their numbers; claims share it."""

from bnact.studies.claim import Finding

_SMALLER = (
    "Here networks have fully connected layers of 64 units and a few hundred steps, each network at its own "
    "best learning rate, and tests over seeds"
)

IOFFE = Finding(
    source="S. Ioffe and C. Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing "
    "Internal Covariate Shift, 2015",
    setting="Inception with ReLU on ImageNet; norm before the activation",
    found="The baseline's best accuracy of 72.2 % was reached after 31.0 million steps without the norm, "
    "13.3 million with it and nothing else changed (2.3 times fewer), and 2.1 million with a five times "
    "higher learning rate and other changes: 14 times fewer steps, the number that is usually quoted.",
    compared=f"{_SMALLER}. The factor of 14 is from a network whose other regularization was taken away and "
    "whose learning rate was raised with the norm; at a baseline's own best rate, and where the network "
    "without a norm trains well, less is to be expected.",
)

IOFFE_SIGMOID = Finding(
    source=IOFFE.source,
    setting="Inception with sigmoid in the place of ReLU on ImageNet; norm before the activation",
    found="With the norm and sigmoid 69.8 % (ReLU with the norm and the same learning rate: 73.0 %); without "
    "the norm, sigmoid stayed below 1/1000.",
    compared=f"{_SMALLER}. Both find out whether the norm makes sigmoid trainable; the margin of one point "
    "asks for more than that, and theirs is 3.2 points wide, from one run each.",
)

MISHKIN = Finding(
    source="D. Mishkin, N. Sergievskiy and J. Matas, Systematic evaluation of CNN advances on the ImageNet, "
    "2016",
    setting="CaffeNet and GoogLeNet with ReLU on ImageNet images of 128 pixels, one run each",
    found="CaffeNet: accuracy .471 without the norm, .474 with it before the activation, .499 after. "
    "GoogLeNet reversed: .619 without, .607 before, .596 after.",
    compared=f"{_SMALLER}. Theirs are single runs, and their two networks disagree: which place is better "
    "depends on the network, so that a sentence about all networks is easily refuted.",
)

KIM = Finding(
    source="D. Kim, W. Kim and S. Kim, Tanh Works Better With Asymmetry, 2023",
    setting="VGG16 on CIFAR-100",
    found="Tanh: 64.84 % with the norm before it, 72.17 % after. ReLU: 73.68 % before, 71.79 % after.",
    compared=f"{_SMALLER}. Theirs gain with bounded activations because units saturate on one side, and the "
    "norm behind brings most of their outputs near zero; that takes depth, convolutions and many steps, and "
    "a hard task. With the norm before them, ReLU was ahead of tanh.",
)

YANG = Finding(
    source="G. Yang, J. Pennington, V. Rao, J. Sohl-Dickstein and S. S. Schoenholz, A Mean Field Theory of "
    "Batch Normalization, 2019",
    setting="Fresh networks of infinite width, fully connected, without skip connections",
    found="With batch norm the gradient grows exponentially with depth, whatever the activation and the "
    "weights' variance: its square by π/(π − 1) ≈ 1.467 a layer with ReLU. Such networks stopped training at "
    "some 50 layers.",
    compared="bnact.theory computes the same rate, and fresh networks of finite width are measured against "
    "it. The smaller the batch, the faster the growth; skip connections tame it.",
)
