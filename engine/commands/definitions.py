"""Publish versions of an application."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.commands import publishing
from engine.commands.results import Deployed
from engine.context import Context, View
from engine.library.bundle import from_files
from engine.rules.permissions import may


@dataclass(frozen=True, slots=True)
class Deploy:
    """Publish FILES (bundle path -> bytes) as the next version of APPLICATION.

    The same content as the latest version answers that version. BASE_VERSION is the version
    the files were made from; None only for the first version, else 409 not-based-on-latest
    with details {"latest", "diff": [{"path","change","lines","cut"}]}. Warnings must be
    ACKNOWLEDGED when the caller shows them to a person; errors always refuse
    (InvalidDefinition with findings). Answers Deployed.
    """

    application: str
    files: Mapping[str, bytes]
    note: str = ""
    base_version: int | None = None
    acknowledged: bool = True

    def prepare(self, view: View) -> None:
        """Check and compile before the transaction."""
        may(view.actor, "deploy")
        publishing.assemble(view, from_files(self.application, self.files))

    def run(self, ctx: Context) -> Deployed:
        """Publish."""
        may(ctx.actor, "deploy")
        bundle = from_files(self.application, self.files)
        return publishing.publish(ctx, bundle, self.note, self.base_version, self.acknowledged)
