"""The Django settings by which the type checker reads the tables; nothing ever runs on them."""

from importlib.util import find_spec

SECRET_KEY = "only for types"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STORE = "fairway.store.apps"
INSTALLED_APPS = [f"{STORE}.StoreConfig"] if find_spec("fairway.store") and find_spec(STORE) else []
