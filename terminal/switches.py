"""What a person switches on and off while talking: `/quiet` and `/bell`.

Does not know who comes and goes, nor how a bell is rung.
"""

from dataclasses import dataclass

from core.text.personal_commands import Switch
from terminal import strings
from terminal.view import remark


@dataclass(slots=True)
class Switches:
    """How things stand."""

    quiet: bool = False
    """Who comes and goes is not shown."""
    bell: bool = True

    def carry_out(self, switch: Switch) -> bytes:
        """Switch something; return what is shown of it."""
        if switch.what == "quiet":
            self.quiet = not self.quiet if switch.on is None else switch.on
            return remark(strings.quiet_now(quiet=self.quiet))
        self.bell = not self.bell if switch.on is None else switch.on
        return remark(strings.bell_now(rings=self.bell))
