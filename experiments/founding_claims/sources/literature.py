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
    answer="refuted",
    agrees="With nothing else changed their factor is 2.3. That of 14 is from a network whose other "
    "regularization was taken away and whose learning rate was raised with the norm.",
    differs=f"{_SMALLER}. A network without a norm that hardly trains at any rate makes the factor large, "
    "and one that trains well makes it small; theirs trained well without the norm.",
)

IOFFE_SIGMOID = Finding(
    source=IOFFE.source,
    setting="Inception with sigmoid in the place of ReLU on ImageNet; norm before the activation",
    found="With the norm and sigmoid 69.8 % (ReLU with the norm and the same learning rate: 73.0 %); without "
    "the norm, sigmoid stayed below 1/1000.",
    answer="refuted",
    agrees="In both the norm makes sigmoid trainable; the margin of one point asks for more than that, and "
    "theirs is 3.2 points apart, from one run each.",
    differs=f"{_SMALLER}. Their 3.2 points are of a hard task and a deep network, from one run each; where "
    "a task is easy, two activations may both be near the best that can be reached.",
)

MISHKIN = Finding(
    source="D. Mishkin, N. Sergievskiy and J. Matas, Systematic evaluation of CNN advances on the ImageNet, "
    "2016",
    setting="CaffeNet and GoogLeNet with ReLU on ImageNet images of 128 pixels, one run each",
    found="CaffeNet: accuracy .471 without the norm, .474 with it before the activation, .499 after. "
    "GoogLeNet reversed: .619 without, .607 before, .596 after.",
    answer="refuted",
    agrees="Their two networks disagree: which place is better depends on the network, so that a sentence "
    "about all networks is easily refuted.",
    differs=f"{_SMALLER}. Theirs are single runs, of networks that disagree: the place may be better after "
    "the activation in one kind of network and before it in another.",
)

KIM = Finding(
    source="D. Kim, W. Kim and S. Kim, Tanh Works Better With Asymmetry, 2023",
    setting="VGG16 on CIFAR-100",
    found="Tanh: 64.84 % with the norm before it, 72.17 % after. ReLU: 73.68 % before, 71.79 % after.",
    answer="refuted",
    agrees="With the norm before them ReLU was ahead of tanh, and with ReLU the norm was better before than "
    "after; tanh gained from the norm behind it, which is not so of every activation.",
    differs=f"{_SMALLER}. Theirs gain with bounded activations because units saturate on one side, and the "
    "norm behind brings most of their outputs near zero; that takes depth, convolutions, many steps, and a "
    "hard task. With the norm before them, ReLU was ahead of tanh.",
)

YANG = Finding(
    source="G. Yang, J. Pennington, V. Rao, J. Sohl-Dickstein and S. S. Schoenholz, A Mean Field Theory of "
    "Batch Normalization, 2019",
    setting="Fresh networks of infinite width, fully connected, without skip connections",
    found="With batch norm the gradient grows exponentially with depth, whatever the activation and the "
    "weights' variance: its square by π/(π − 1) ≈ 1.467 a layer with ReLU. Such networks stopped training at "
    "some 50 layers.",
    answer="refuted",
    agrees="bnact.theory computes the same rate, and fresh networks of finite width are measured against it. "
    "The smaller the batch, the faster the growth; skip connections tame it.",
    differs="Theirs is a limit of infinite width and large batches, from which networks of finite width may "
    "be far; skip connections tame the growth.",
)
