# What Snakemake's own report (`snakemake --report`) says of a figure: caption, category, labels.

CATEGORIES = {  # by the beginning of a figure's name, which is its caption's name too
    "ranks": "Rankings",
    "heatmap": "Rankings",
    "cliques": "Rankings",
    "forest": "Effects against the control",
    "effects": "Effects against the control",
    "pairs": "Effects against the control",
    "decomposition": "Thresholds",
    "decisions": "Thresholds",
    "ratios": "Imbalance ratio",
    "arms": "Imbalance ratio",
    "shots": "Imbalance ratio",
    "curves": "Symptoms",
    "reliability": "Symptoms",
    "confusion": "Symptoms",
    "gap": "Symptoms",
    "regions": "Symptoms",
    "resamplers": "Symptoms",
    "cost_curves": "Cost",
    "time_quality": "Cost",
    "claims": "Claims",
    "difficulty": "Difficulty",
    "minority_types": "Difficulty",
    "status": "What ran",
}


def captioned(figure):
    """Return a figure's SVG, marked for the report if its kind has a caption."""
    path = f"results/{{study}}/figures/{figure}.svg"
    kinds = [kind for kind in CATEGORIES if f"{figure}_".startswith(f"{kind}_")]
    if not kinds:
        return path
    kind = max(kinds, key=len)
    return report(
        path,
        caption=f"../report/{kind}.rst",
        category=CATEGORIES[kind],
        labels={
            "figure": kind.replace("_", " "),
            "of": figure[len(kind) + 1 :].replace("_", " ") or "the study",
        },
    )
