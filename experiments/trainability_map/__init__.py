"""Does theory know at which depth a network stops training? Accuracy over depth and weight variance."""
