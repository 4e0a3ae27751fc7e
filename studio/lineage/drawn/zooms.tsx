import { useReactFlow } from '@xyflow/react';
import { Button } from '../../design/controls/button.tsx';
import css from './drawn.module.css';

/** Around a graph that is shown whole. */
export const ALL = { padding: 0.08 };

/** The graph's size and place, by buttons; the keys + − 0 do the same. */
export function Zooms() {
  const flow = useReactFlow();
  return (
    <fieldset className={css['zooms']} aria-label="View">
      <Button kind="quiet" aria-label="Zoom in" title="Zoom in (+)" onClick={() => void flow.zoomIn()}>
        +
      </Button>
      <Button kind="quiet" aria-label="Zoom out" title="Zoom out (−)" onClick={() => void flow.zoomOut()}>
        −
      </Button>
      <Button kind="quiet" title="Show all of it (0)" onClick={() => void flow.fitView(ALL)}>
        Fit
      </Button>
    </fieldset>
  );
}
