"""Made-up MovieLens releases with known tastes behind them."""
