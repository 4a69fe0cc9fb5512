import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';

interface ErrorBoundaryProps {
  /** What is missing, as a sentence without its full stop: “The timeline could not be shown”. */
  what: string;
  /** How much room the part has: its own block, one line, or a row of a table with so many columns. */
  room?: 'block' | 'line' | { columns: number };
  /** What the part was drawn from; when that is another, it is drawn again. */
  of?: unknown;
  /** Besides drawing again, e.g. asking the server once more. */
  onRetry?: () => void;
  /** What is to stand around the error, where the part brings its own frame. */
  frame?: (failed: ReactNode) => ReactNode;
  children: ReactNode;
}

/** Keeps a part that throws to itself: an error stands in its place, and the page around it goes on. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { threw: boolean }> {
  override state = { threw: false };

  static getDerivedStateFromError() {
    return { threw: true };
  }

  override componentDidUpdate(before: ErrorBoundaryProps) {
    if (this.state.threw && before.of !== this.props.of) this.setState({ threw: false });
  }

  private readonly retry = () => {
    this.props.onRetry?.();
    this.setState({ threw: false });
  };

  override render() {
    if (!this.state.threw) return this.props.children;
    const failed = this.failed();
    return this.props.frame?.(failed) ?? failed;
  }

  private failed(): ReactNode {
    const { what, room = 'block' } = this.props;
    if (room === 'block')
      return (
        <div className="state part-failed" role="alert">
          <h2>{what}</h2>
          <p className="sentence">Something in it could not be displayed. Nothing is lost.</p>
          <Button variant="default" onClick={this.retry}>
            Try again
          </Button>
        </div>
      );
    const line = (
      <span className="part-failed-line" role="alert">
        {what}.{' '}
        <button type="button" className="nodrag" onClick={this.retry}>
          Try again
        </button>
      </span>
    );
    if (room === 'line') return line;
    return (
      <tr>
        <td colSpan={room.columns}>{line}</td>
      </tr>
    );
  }
}
