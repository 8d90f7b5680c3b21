import numpy as np
from sklearn.linear_model import LogisticRegression, SGDClassifier
from style import ACCENT, SOFT, WARM, canvas, save

rng = np.random.default_rng(0)
X = rng.normal(size=(2000, 2))
y = (X[:, 0] > 0).astype(int)
y[1000:] = X[1000:, 0] < 0
batch = LogisticRegression().fit(X[:500], y[:500])
online = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.1, random_state=0)
for i in range(0, 500, 50):
    online.partial_fit(X[i : i + 50], y[i : i + 50], classes=[0, 1])
seen, live, frozen = [], [], []
for i in range(500, 2000, 50):
    s = slice(i, i + 50)
    seen.append(i + 25)
    live.append(online.score(X[s], y[s]))
    frozen.append(batch.score(X[s], y[s]))
    online.partial_fit(X[s], y[s])
figure, axes = canvas(height=2.4)
axes.axvline(1000, color=SOFT, lw=0.9, ls=":")
axes.plot(seen, frozen, "--s", color=WARM, ms=3.5, lw=1.2)
axes.plot(seen, live, "-o", color=ACCENT, ms=4)
axes.text(985, 0.5, "the rule\nreverses", va="center", ha="right")
axes.text(1480, 0.74, "online, updated each block", ha="center", color=ACCENT)
axes.text(1450, 0.10, "batch, frozen after 500 samples", ha="center", color=WARM)
axes.set(xlabel="Samples seen", ylabel="Accuracy per block of 50", ylim=(-0.05, 1.06), xlim=(480, 2020))
save(figure, __file__)
