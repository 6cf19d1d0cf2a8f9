"""The rule language, its three-valued evaluator, facts and lint. The law itself is data, in ``rulebooks/``."""
