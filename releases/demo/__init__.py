"""The demo: sample release workflows, what happens to them and when, and what starts it all.

`plans`, `states`, `release_workflow` and `entity_workflows` are examples to copy: they need temporalio and the standard
library, nothing of Relportal.
"""
