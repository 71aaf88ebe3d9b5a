"""The advice of the notes as claims: data with an operational form, and one rule for the verdict.

A claim is an entry of ``config/claims.yaml`` (:mod:`.registry`). Its form (:mod:`.forms`,
:mod:`.guides`) turns the scores of a study (:mod:`.evidence`) into one effect per data-set family,
positive where the advice is right; mean, interval and verdict follow from these (:mod:`.verdict`,
:mod:`.table`). PROTOCOL section 8.
"""
