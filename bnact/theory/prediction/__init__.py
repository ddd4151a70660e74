"""A network's layers at initialization, and one sentence."""

from .predict import predict as predict
from .record import LayerPrediction as LayerPrediction
from .record import Prediction as Prediction
from .trainable_depth import trainable_depth as trainable_depth
