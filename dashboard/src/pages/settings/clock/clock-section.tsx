import { useSide } from '../../../api/side.ts';
import { ClockStrip } from '../../../components/clock-strip.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Notice } from '../../../components/ui/notice.tsx';

/** The clock of a test side. */
export function ClockSection() {
  const { side } = useSide();
  if (side.side === 'live') {
    return (
      <Notice title="The live side goes by the real time">
        <p className="text-muted">Switch to the test side to move its clock.</p>
      </Notice>
    );
  }
  return (
    <SettingsBlock
      title="Test clock"
      hint="It stands still until you move it. What falls due on the way is handled in order, each step at its own time; nothing leaves the test side."
    >
      <div className="overflow-hidden rounded-ui border bg-panel [&>section]:flex-wrap [&>section]:border-b-0">
        <ClockStrip hiddenWhenNarrow={false} />
      </div>
    </SettingsBlock>
  );
}
