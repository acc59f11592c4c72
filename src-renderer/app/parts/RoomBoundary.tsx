/** Keeps a room's crash inside the room: says so and offers to open it again. */
import { Component, type ErrorInfo, type ReactNode } from 'react'
import { toErrorData, type AppErrorData } from '../../../src-shared/errors.ts'
import { ErrorNote } from '../../ui/error-note.tsx'

interface Props {
  name: string
  children: ReactNode
}

export class RoomBoundary extends Component<Props, { error: AppErrorData | null }> {
  override state: { error: AppErrorData | null } = { error: null }

  static getDerivedStateFromError(thrown: unknown): { error: AppErrorData } {
    return { error: toErrorData(thrown) }
  }

  override componentDidCatch(thrown: unknown, info: ErrorInfo): void {
    // Main keeps the page's console in the log; the person sees the words below.
    console.error(`the room ${this.props.name} failed`, thrown, info.componentStack)
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children
    return (
      <div className="mx-auto max-w-[640px] px-9 py-8">
        <ErrorNote error={this.state.error} onRetry={() => this.setState({ error: null })} />
      </div>
    )
  }
}
