/** What the session's folder says to coding tools, and the question whether it may be used: once per folder. */
import { FileText } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { ProjectView } from '../../../../src-shared/domain/session.ts'
import { Button } from '../../../ui/button.tsx'
import { projectOf, trustFolder } from '../actions.ts'
import { projectText } from '../logic.ts'

export function ProjectNote({ folder }: { folder: string }) {
  const [project, setProject] = useState<ProjectView | null>(null)
  const [later, setLater] = useState(false)
  useEffect(() => {
    let live = true
    void projectOf(folder).then((found) => {
      if (live) setProject(found)
    })
    return () => {
      live = false
    }
  }, [folder])
  const own = project?.skills.filter((skill) => skill.from === 'folder') ?? []
  if (project === null || later || project.trusted || (project.instructions === null && own.length === 0)) return null
  const trust = (): void => void trustFolder(folder, true).then((done) => {
    if (done) setProject({ ...project, trusted: true })
  })
  return (
    <section aria-label="Instructions of this folder" className="mx-auto mb-2.5 flex max-w-[760px] flex-wrap items-center gap-3 rounded-xl border border-border bg-raised px-3 py-2.5">
      <FileText aria-hidden className="size-4 shrink-0 text-text-3" />
      <p className="min-w-0 flex-1 text-sm"><strong className="font-semibold">This folder has {projectText(project)} for coding tools.</strong> <span className="text-text-2">The model follows them if you trust who wrote them.</span></p>
      <Button size="sm" variant="ghost" onClick={() => setLater(true)}>Not now</Button>
      <Button size="sm" onClick={trust}>Trust and use</Button>
    </section>
  )
}
