// Prompts.tsx - questions of the policy, each with room for an answer.
//
// Nothing that was pasted is cut off: what is too long is said, and stays.

import { Textarea } from "nhsuk-react-components";
import { known } from "../parts/known";
import { wrongIf } from "../parts/wrong";
import { texts } from "../texts";
import { field, room, type Wrong } from "./draft";

const counted = 500; // said once there is not much room left

interface Props {
  prompts: string[];
  answers: Record<string, string>;
  wrong: Wrong;
  onAnswer: (prompt: string, answer: string) => void;
}

export function Prompts({ prompts, answers, wrong, onAnswer }: Props) {
  return prompts.map((prompt, index) => (
    <Prompt
      key={prompt}
      id={field.prompt(index)}
      prompt={prompt}
      answer={known(answers, prompt) ?? ""}
      error={wrong[field.prompt(index)] ?? ""}
      onAnswer={(answer) => onAnswer(prompt, answer)}
    />
  ));
}

interface PromptProps {
  id: string;
  prompt: string;
  answer: string;
  error: string;
  onAnswer: (answer: string) => void;
}

function Prompt({ id, prompt, answer, error, onAnswer }: PromptProps) {
  const left = room(answer);
  return (
    <div className="h-prompt">
      <Textarea
        id={id}
        label={prompt}
        rows={2}
        dir="auto"
        value={answer}
        {...wrongIf(error)}
        aria-describedby={`${id}-room`}
        onChange={(event) => onAnswer(event.target.value)}
      />
      <p id={`${id}-room`} className={left < 0 ? "h-room h-room-over" : "h-room"} role="status">
        {left < 0 ? texts.glass.tooLong(-left) : left < counted ? texts.glass.room(left) : ""}
      </p>
    </div>
  );
}
