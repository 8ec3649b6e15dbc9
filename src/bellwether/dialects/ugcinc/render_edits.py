"""Answers to changes of accounts."""

from collections.abc import Sequence

from msgspec import UNSET

from bellwether.dialects.ugcinc import wire_edits as wire
from bellwether.dialects.ugcinc.render import render_account
from bellwether.dialects.ugcinc.work import Outcome
from bellwether.model.accounts import ManagedAccount
from bellwether.model.posts import Task


def render_labelled(account: ManagedAccount) -> wire.UpdateResponse:
    """Return the account with its new labels."""
    message = "Account info updated successfully"
    return wire.UpdateResponse(data=wire.UpdateData(message, account=render_account(account)))


def render_all_labelled(outcomes: Sequence[Outcome]) -> wire.UpdateResponse:
    """Return what became of each change of labels."""
    return _render(outcomes, "Updated {} account(s)")


def render_ready(account: ManagedAccount) -> wire.UpdateResponse:
    """Return the account that can be acted for."""
    message = "Account access updated successfully"
    return wire.UpdateResponse(data=wire.UpdateData(message, account=render_account(account)))


def render_edit(task: Task) -> wire.UpdateResponse:
    """Return that an edit is queued."""
    message = "Profile update task created successfully"
    return wire.UpdateResponse(data=wire.UpdateData(message, taskId=task.id))


def render_edits(outcomes: Sequence[Outcome]) -> wire.UpdateResponse:
    """Return what became of each edit."""
    return _render(outcomes, "Created profile update tasks for {} account(s)")


def _render(outcomes: Sequence[Outcome], message: str) -> wire.UpdateResponse:
    done = sum(one.error is None for one in outcomes)
    data = wire.UpdateData(
        message.format(done),
        successful=done,
        failed=len(outcomes) - done,
        results=[_result(one) for one in outcomes],
    )
    return wire.UpdateResponse(message=data.message, data=data)


def _result(one: Outcome) -> wire.UpdateResult:
    return wire.UpdateResult(
        accountId=one.account_id,
        success=one.error is None,
        account=UNSET if one.account is None else render_account(one.account),
        taskId=UNSET if one.task_id is None else one.task_id,
        error=UNSET if one.error is None else one.error,
    )
