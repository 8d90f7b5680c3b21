"""Words and sentences of generated books: plain English about work with the hands, without a subject of its own."""
# ruff: noqa: SIM905

from __future__ import annotations

import random
from itertools import product

THINGS = (
    "anchor apron awning barrel basin basket bell bench bolt bottle bowl bracket brick bridge broom bucket buckle bundle cabinet cable "
    "candle canvas carton cart castle ceiling chain chair chimney clamp clock coat coil column cork corridor crate crown curtain cushion "
    "desk dial door drawer drum engine envelope fence filter flag flask floor folder fork frame funnel furnace garden gate gauge glove "
    "grain gravel hammer harbor harness hatch hinge hook hose jar kettle key kiln ladder lamp lantern latch lattice ledger lens "
    "lever lid lock loom mast mattress meadow mirror mold nail needle net notebook oar orchard oven paddle palette panel parcel pedal "
    "pencil pillar pipe pitcher plank plate plow pocket pole pond pottery pulley pump quilt rack rail rake ramp razor ribbon rivet roof "
    "rope rudder sack saddle sail saw scale screen screw shelf shovel shutter sieve signal sled socket spade spindle spring stable stair "
    "stamp staple statue stool stove strap switch table tank tent thread tile timber tower trailer tray trench trolley trunk tunnel "
    "valve vase vault vessel wagon wall wallet wedge wheel whistle window wire workshop wrench yard"
).split()
QUALITIES = (
    "amber blunt brass brittle broad broken bronze careful clean coarse cold copper cracked crooked curved damp deep dense dry dusty "
    "early empty even faded fine firm flat folded fragile fresh frozen gentle gray heavy hollow honest idle iron late level light loose "
    "metal muddy narrow neat noisy northern oak open painted pale patched plain polished quiet rapid rare red repaired ripe rough round "
    "rusty salted sealed shallow sharp silent silver slow smooth soft solid southern spare square stained steady steel stiff stone "
    "straight strong tall tested thick thin tidy tight upper used warm wax wet white wide wooden worn woven young"
).split()
ACTS = (
    "adjust arrange balance check clean collect compare count cut deliver dry empty fasten fill fit fold gather grade grind guard heat "
    "inspect join label lift load lower mark measure mend mount move number open order pack paint place plan polish press protect raise "
    "record reduce remove repair replace rinse save seal select separate shape sharpen ship sort stack store strengthen supply support "
    "test tie tighten trim turn unload wash watch weigh wrap"
).split()
PEOPLE = (
    "apprentice baker buyer captain carpenter cook driver farmer foreman gardener guard inspector keeper mason mechanic merchant miller "
    "neighbor owner painter pilot planner plumber porter potter printer sailor supplier surveyor tailor teacher trainee visitor weaver"
).split()
PLACES = (
    "attic basement cellar courtyard depot dock field foundry gallery garage granary greenhouse hall kitchen laboratory landing loft "
    "market mill office pantry passage pier quarry shed station storeroom studio tannery terrace warehouse wharf"
).split()
UNITS = "minutes hours days pounds feet inches gallons dollars pieces loads".split()
SENTENCES = (
    "{The} {thing} in the {place} takes {n} {units}, and the {thing2} takes {m}.",
    "Before you {act} {a_thing}, {act2} the {thing2} and write down what the {person} saw.",
    "The {person} and the {person2} seldom agree on it, because one counts {units} and the other counts {units2}.",
    "I would {act} the {thing} first, since a mistake there costs {n} {units}, and {act2} the rest afterward.",
    "When the {thing} fails, the {person} hears of it {n} {units} later, which is {m} {units} too late.",
    "Nobody should {act} {a_thing} alone; a second pair of eyes finds {n} in {big} faults that the first pair missed.",
    "A rule from the {place}: {act} what is near, {act2} what is far, and leave the {thing} as you found it.",
    "Of {big} cases in the {place}, {n} began with {a_thing} and {m} with {a_thing2}.",
    "Suppose that the {thing} arrives {n} {units} early: the {person} can {act} it at once, or wait for the {thing2}.",
    "{The} {thing} looks like a detail, yet it decides whether the {person} can {act} the {thing2} before noon.",
    "Say what you would measure, how often, and at which number the {person} should {act} the {thing}.",
    "The cheaper way is to {act} {a_thing}; the safer way is to {act2} the {thing2} and to pay {n} {units} for it.",
    "My last {place} had {big} of them, and every one was marked by the {person} who had to {act} it.",
    "If two numbers differ by more than {n} {units}, stop, {act} the {thing}, and ask the {person} what has changed.",
    "It is tempting to {act} everything on the first day, but the {thing} in the {place} will not stand it.",
    "The {person} who can {act} {a_thing} in {n} {units} can usually {act2} {a_thing2} in {m}.",
    "What surprised me in the {place} was the order: they {act} the {thing}, and only then {act2} the {thing2}.",
    "Between the {place} and the {place2} lie {n} {units}, so {act} the {thing} where it stands.",
    "A good answer names the {thing}, the {units} it takes, and the {person} who pays when it goes wrong.",
    "Keep {a_thing} in the {place2}: on {n} days of {big} you will not need it, and on the others nothing else will do.",
    "They once tried to {act} the {thing} without the {person}, and spent {n} {units} looking for the {thing2}.",
    "Ask early whether the {person} may {act} the {thing}, for in some places only the {person2} may.",
    "The number to remember is {n} {units}; beyond it, {a_thing} is no longer worth what it costs to {act}.",
    "Had we known the weight of the {thing}, we would have sent it to the {place2} and not to the {place}.",
)
PURPOSES = (
    "before the {person} arrives", "while the {place} is open", "after {n} {units} of rain", "without the {person}", "for a new {person}",
    "with half of the {units} you planned", "in a {place} that you do not know", "when the {person} and the {person2} disagree",
    "so that the {thing2} stays whole", "although the {thing2} is late",
)  # fmt: skip


def with_article(words: str) -> str:
    """Put ``a`` or ``an`` before words."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


class Writer:
    """Write sentences, the same for the same seed and the same sentences ``said`` before, which are not said again."""

    def __init__(self, seed: str, said: set[str] | None = None) -> None:
        self.random = random.Random(seed)
        self.said = set() if said is None else said

    def thing(self) -> str:
        """Name a thing with a quality: there are some 20,000."""
        return f"{self.random.choice(QUALITIES)} {self.random.choice(THINGS)}"

    def fill(self, pattern: str) -> str:
        """Fill the blanks of a sentence that nobody said yet."""
        while (filled := self._fill(pattern)) in self.said:
            pass
        self.said.add(filled)
        return filled

    def _fill(self, pattern: str) -> str:
        pick = self.random
        thing, other = self.thing(), self.thing()
        (act, act2), (person, person2) = pick.sample(ACTS, 2), pick.sample(PEOPLE, 2)
        (place, place2), (units, units2) = pick.sample(PLACES, 2), pick.sample(UNITS, 2)
        filled = pattern.format(
            The="The", thing=thing, thing2=other, a_thing=with_article(thing), a_thing2=with_article(other), act=act, act2=act2,
            person=person, person2=person2, place=place, place2=place2, units=units, units2=units2,
            n=pick.randint(2, 48), m=pick.randint(3, 60), big=pick.randint(70, 990),
        )  # fmt: skip
        return filled[0].upper() + filled[1:]

    def sentence(self) -> str:
        """Write a sentence."""
        return self.fill(self.random.choice(SENTENCES))

    def sentences(self, count: int) -> list[str]:
        """Write sentences of different patterns."""
        return [self.fill(pattern) for pattern in self.random.sample(SENTENCES, count)]

    def paragraph(self, count: int) -> str:
        """Write a paragraph."""
        return " ".join(self.sentences(count))

    def purpose(self) -> str:
        """Say when or for whom."""
        filled = self._fill(self.random.choice(PURPOSES))
        return filled[0].lower() + filled[1:]


def titles(seed: int) -> list[tuple[str, str, str]]:
    """Give act, quality, and thing of every question that there could be, shuffled: no two are about one thing."""
    pick = random.Random(f"titles {seed}")
    every = [(pick.choice(ACTS), quality, thing) for quality, thing in product(QUALITIES, THINGS)]
    pick.shuffle(every)
    return every
