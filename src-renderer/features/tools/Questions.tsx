/** Shows the oldest question that an MCP server asks, over whatever room is open. */
import { answerQuestion } from './actions.ts'
import { QuestionDialog } from './parts/QuestionDialog.tsx'
import { useTools } from './store.ts'

export function Questions() {
  const question = useTools((state) => state.questions[0] ?? null)
  return question === null ? null : <QuestionDialog key={question.id} question={question} onAnswer={(answer) => void answerQuestion(question.id, answer)} />
}
