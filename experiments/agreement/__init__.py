"""Where theory and fresh networks of a finite width agree, over many settings, and where they part."""
