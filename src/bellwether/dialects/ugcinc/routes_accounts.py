"""Routes of accounts and their tasks."""

from collections.abc import Sequence

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.ugcinc import (
    checks,
    parse,
    parse_edits,
    render,
    render_edits,
    wire,
    wire_edits,
    work,
)
from bellwether.model.errors import ConflictError, LimitExceededError, NotFoundError


async def _list(call: Call[wire.AccountsRequest, None]) -> Reply:
    listing = work.list_accounts(parse.read_labels(call.body))
    return await call.read(work.shown(listing, render.render_accounts))


async def _create(call: Call[wire.CreateAccountsRequest, None]) -> Reply:
    accounts = parse.read_new_accounts(call.body)
    reply = await call.write(
        work.add_accounts(accounts), lambda made: Reply(render.render_created(made))
    )
    call.services.wake()
    return reply


async def _update_info(call: Call[wire_edits.UpdateInfoRequest, None]) -> Reply:
    changes = parse_edits.read_labels(call.body)
    if call.body.updates is not None:
        return await call.write(
            work.label_accounts(changes),
            lambda outcomes: Reply(render_edits.render_all_labelled(outcomes)),
        )
    return await call.write(
        work.label_account(changes[0]),
        lambda account: Reply(render_edits.render_labelled(account)),
    )


async def _access(call: Call[wire_edits.GiveAccessRequest, None]) -> Reply:
    access = parse_edits.read_access(call.body)
    reply = await call.write(
        work.give_access(call.body.accountId, access),
        lambda account: Reply(render_edits.render_ready(account)),
    )
    call.services.wake()
    return reply


async def _update_social(call: Call[wire_edits.UpdateSocialRequest, None]) -> Reply:
    edits = parse_edits.read_edits(call.body)
    await checks.check_avatars(call, edits, many=call.body.updates is not None)
    if call.body.updates is None:
        reply = await call.write(
            work.edit_profile(edits[0]), lambda task: Reply(render_edits.render_edit(task))
        )
    else:
        reply = await call.write(
            work.edit_profiles(edits),
            lambda outcomes: Reply(render_edits.render_edits(outcomes)),
        )
    call.services.wake()
    return reply


async def _status(call: Call[wire.AccountStatusRequest, None]) -> Reply:
    listing = work.list_tasks(parse.read_open_tasks(call.body))
    return await call.read(work.shown(listing, render.render_account_tasks))


async def _tasks(call: Call[wire.TasksRequest, None]) -> Reply:
    listing = work.list_tasks(parse.read_tasks(call.body))
    return await call.read(work.shown(listing, render.render_tasks))


ACCOUNTS: Sequence[Operation] = (
    Operation(
        method="POST",
        path="/accounts",
        name="get-accounts",
        handler=_list,
        summary="List managed accounts",
        body=wire.AccountsRequest,
        may_be_empty=True,
        answers={200: wire.UgcAccounts},
    ),
    Operation(
        method="POST",
        path="/accounts/create",
        name="create-accounts",
        handler=_create,
        summary="Manage accounts: all of the request, or none",
        body=wire.CreateAccountsRequest,
        may_be_empty=True,
        answers={200: wire.CreatedAccountsResponse},
        errors=(ConflictError, LimitExceededError),
    ),
    Operation(
        method="POST",
        path="/accounts/access",
        name="give-account-access",
        handler=_access,
        summary="Give an account another token, or its first",
        body=wire_edits.GiveAccessRequest,
        may_be_empty=True,
        answers={200: wire_edits.UpdateResponse},
        errors=(NotFoundError,),
    ),
    Operation(
        method="POST",
        path="/accounts/update-info",
        name="update-account-info",
        handler=_update_info,
        summary="Change labels of one account, or of many",
        body=wire_edits.UpdateInfoRequest,
        may_be_empty=True,
        answers={200: wire_edits.UpdateResponse},
        errors=(NotFoundError,),
    ),
    Operation(
        method="POST",
        path="/accounts/update-social",
        name="update-account-social",
        handler=_update_social,
        summary="Queue the edit of one profile on its platform, or of many",
        description="A nickname once every 7 days, a bio and an avatar once every 24 hours.",
        body=wire_edits.UpdateSocialRequest,
        may_be_empty=True,
        answers={200: wire_edits.UpdateResponse},
        errors=(ConflictError, NotFoundError),
    ),
    Operation(
        method="POST",
        path="/accounts/status",
        name="get-account-status",
        handler=_status,
        summary="List the tasks of accounts",
        body=wire.AccountStatusRequest,
        may_be_empty=True,
        answers={200: wire.AccountTasks},
    ),
    Operation(
        method="POST",
        path="/tasks",
        name="get-tasks",
        handler=_tasks,
        summary="List tasks",
        body=wire.TasksRequest,
        may_be_empty=True,
        answers={200: wire.UgcTasks},
    ),
)
