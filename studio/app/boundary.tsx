import { Component, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { Failed } from '../design/states/notices.tsx';

interface CatcherProps {
  readonly address: string;
  readonly children: ReactNode;
}

interface CatcherState {
  readonly fault?: unknown;
}

class Catcher extends Component<CatcherProps, CatcherState> {
  override state: CatcherState = {};

  static getDerivedStateFromError(fault: unknown): CatcherState {
    return { fault };
  }

  override componentDidUpdate({ address }: CatcherProps): void {
    if (address !== this.props.address && this.state.fault !== undefined) this.setState({ fault: undefined });
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === undefined) return this.props.children;
    return (
      <Failed
        title="This screen cannot be shown"
        // Also what a browser says of files that did not come, e.g. when the page was built anew since.
        reason={fault instanceof Error ? fault.message : String(fault)}
        onRetry={() => location.reload()}
      />
    );
  }
}

/** A screen that breaks, or whose files do not come, takes nothing else with it; another address is tried anew. */
export function Boundary({ children }: { readonly children: ReactNode }) {
  const [address] = useLocation();
  return <Catcher address={address}>{children}</Catcher>;
}
