"""What is answered with a list is one: the framework takes a pair for a status and an answer."""

import typing


def test_every_route_that_answers_with_a_list_returns_one(department):
    with department.node("dfe-stranger"):  # there is an API once a node is open
        pass
    from fairway.api.app import api

    found = 0
    for _, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                for model in operation.response_models.values():
                    field = getattr(model, "model_fields", {}).get("response")
                    if field is None or typing.get_origin(field.annotation) is not list:
                        continue
                    found += 1
                    returned = typing.get_type_hints(operation.view_func)["return"]
                    assert typing.get_origin(returned) is list, operation.path
    assert found > 15
