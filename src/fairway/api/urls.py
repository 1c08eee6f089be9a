"""Where the API is mounted: include this at `api/v1/`."""

from django.urls import URLPattern, URLResolver, re_path
from django.views.decorators.csrf import csrf_exempt

from fairway.api.app import api
from fairway.api.problems import as_problem, no_such_route

_routes, _, app_name = api.urls
for _route in _routes:
    if isinstance(_route, URLPattern):
        _route.callback = as_problem(_route.callback)

urlpatterns: list[URLPattern | URLResolver] = [
    *_routes,
    re_path(r"^.*$", csrf_exempt(no_such_route)),
]
