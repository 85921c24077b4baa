"""Models learn to link the two views: an adapter that aligns them, and fine-tuning."""
