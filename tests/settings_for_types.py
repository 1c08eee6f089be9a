"""The Django settings by which the type checker reads the tables; nothing ever runs on them."""

SECRET_KEY = "only for types"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["fairway.store.apps.StoreConfig"]
FAIRWAY_BREACHED = ""
