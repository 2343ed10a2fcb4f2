"""Made-up MovieLens releases, drawn from a known model of taste."""
