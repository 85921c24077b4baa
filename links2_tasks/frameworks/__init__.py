"""Thin adapters to evaluation frameworks; they hold no logic of their own."""
