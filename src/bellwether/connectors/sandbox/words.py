"""Words of which simulated names, titles and comments are made."""

ADJECTIVES = (
    "quiet", "brave", "lucky", "sunny", "rapid", "amber", "noble", "witty",
    "fuzzy", "happy", "mild", "vivid", "bold", "early", "fancy", "giant",
    "jolly", "kind", "lunar", "merry", "olive", "proud", "royal", "shiny",
    "tidy", "urban", "warm", "young", "zesty", "crisp", "calm", "swift",
)  # fmt: skip
NOUNS = (
    "otter", "maple", "robin", "comet", "river", "tiger", "cedar", "piano",
    "koala", "lemon", "ember", "delta", "falco", "grove", "haven", "ivory",
    "jewel", "kayak", "lotus", "mango", "north", "opal", "panda", "quill",
    "raven", "stone", "tulip", "unity", "viola", "wheel", "yacht", "zebra",
)  # fmt: skip
SUBJECTS = (
    "a week of breakfasts", "the cheapest camera", "my studio", "twelve card tricks",
    "a night train", "the perfect dough", "an old motorbike", "five stretches",
    "our garden in May", "one pan dinners", "a tiny flat", "the new skate park",
    "my first marathon", "a broken synth", "street food", "the long way home",
)  # fmt: skip
OPENINGS = (
    "I tried", "Rebuilding", "What nobody says about", "A closer look at", "Behind",
    "How I made", "Rating", "Everything about", "We tested", "Goodbye to", "Day one of", "Back to",
)  # fmt: skip
REMARKS = (
    "This made my day", "Where is this?", "More of these please", "I have watched it three times",
    "The ending!", "Not what I expected", "You explain it so well", "First time here, staying",
    "Could you show the settings?", "My sister does this too", "Better than the last one",
    "Who else is here early?", "I disagree, but nicely done", "Saved for the weekend",
    "The music is perfect", "What is it at 0:42?",
)  # fmt: skip
CATEGORIES = (
    "Art", "Beauty", "Comedy", "Education", "Family", "Fashion", "Food", "Gaming",
    "Health", "Music", "News", "Pets", "Science", "Sports", "Technology", "Travel",
)  # fmt: skip
COUNTRIES = (
    ("US", "en"), ("BR", "pt"), ("IN", "hi"), ("GB", "en"), ("DE", "de"), ("FR", "fr"),
    ("MX", "es"), ("ID", "id"), ("JP", "ja"), ("TR", "tr"), ("VN", "vi"), ("ES", "es"),
    ("IT", "it"), ("KR", "ko"), ("NG", "en"), ("CA", "en"),
)  # fmt: skip
