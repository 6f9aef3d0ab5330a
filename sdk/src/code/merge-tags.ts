/** What a trait may be declared as. */
export type TraitKind = 'string' | 'number' | 'boolean' | 'date' | 'json';

/** The traits that an application gives its users, by name. */
export type Traits = Readonly<Record<string, TraitKind>>;

/** What every user has beside traits. */
type OwnName = 'user_id' | 'name' | 'email' | 'timezone' | 'locale' | 'signed_up_at';

/** The fields of an email in which merge tags are looked for. */
type Said = 'subject' | 'preheader' | 'html' | 'mjml' | 'text';

type Trimmed<Text extends string> = Text extends ` ${infer Rest}` | `-${infer Rest}`
  ? Trimmed<Rest>
  : Text;

/** `user.plan` of `user.plan | default: "free"`. */
type Named<Tag extends string> = Tag extends `${infer Name} ${string}`
  ? Named<Name>
  : Tag extends `${infer Name}|${string}` | `${infer Name}-`
    ? Named<Name>
    : Tag;

/** `plan` of `plan.name` and of `plan[0]`. */
type Head<Path extends string> = Path extends `${infer Name}.${string}` | `${infer Name}[${string}`
  ? Head<Name>
  : Path;

type UnknownName<Name extends string, Known extends string> = Name extends `user.${infer Path}`
  ? Head<Path> extends Known | OwnName
    ? never
    : Name
  : Name extends `traits.${infer Path}`
    ? Head<Path> extends Known
      ? never
      : Name
    : never;

/** The first merge tags of a text that name traits which were not declared; never for a text of any kind. */
type UnknownIn<Text, Known extends string> = Text extends string
  ? string extends Text
    ? never
    : Text extends `${string}{{${infer Tag}}}${infer Rest}`
      ? UnknownName<Named<Trimmed<Tag>>, Known> | UnknownIn<Rest, Known>
      : never
  : never;

/** What no text is: an object, for an impossible text would make all of the step impossible. */
interface NotDeclared<Name extends string> {
  readonly 'not a declared trait': Name;
}

type CheckedStep<Step, Known extends string> = {
  readonly [
    Field in keyof Step & Said as UnknownIn<Step[Field], Known> extends never ? never : Field
  ]: NotDeclared<UnknownIn<Step[Field], Known>>;
};

/** What the steps of a series must be besides: without merge tags of traits that were not declared. */
export type CheckedSteps<Steps, Declared extends Traits> = {
  readonly [Index in keyof Steps]: CheckedStep<Steps[Index], keyof Declared & string>;
};
