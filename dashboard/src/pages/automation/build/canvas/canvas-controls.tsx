import { Panel, useReactFlow } from '@xyflow/react';
import Maximize from 'lucide-react/icons/maximize';
import Minus from 'lucide-react/icons/minus';
import Plus from 'lucide-react/icons/plus';
import { Button } from '../../../../components/ui/button.tsx';

/** Zoom and fit, in a corner of the canvas. */
export function CanvasControls() {
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  return (
    <Panel position="bottom-left" className="flex gap-1">
      <Button square aria-label="Zoom out" onClick={() => void zoomOut()}>
        <Minus size={15} aria-hidden />
      </Button>
      <Button square aria-label="Zoom in" onClick={() => void zoomIn()}>
        <Plus size={15} aria-hidden />
      </Button>
      <Button square aria-label="Fit the series" onClick={() => void fitView({ padding: 0.1 })}>
        <Maximize size={15} aria-hidden />
      </Button>
    </Panel>
  );
}
