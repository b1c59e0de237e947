/* Opinion, outcome choice and the acting buttons under a task form. */
import { confirmAct, openDialog } from '../lib/dialog.js';
import { codePoints, composing, el } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { opinionBlock, outcomeChoice } from './opinion.js';
import { clearErrors, showErrors } from './errors.js';
import { Sender } from './sender.js';

/* Fields report what was typed a moment later; wait for it, then read the form. */
export const DEBOUNCE_MS = 100;
const SETTLE_MS = 2 * DEBOUNCE_MS;

/** The acts of one form: reads form and opinion, asks, sends, shows the answer. */
export class Acts {
  constructor({ element, form, options, rowErrors, saved }) {
    this.element = element;
    this.form = form;
    this.options = options;
    this.rowErrors = rowErrors;
    this.outcomes = options.outcomes?.length ? options.outcomes : [{ value: 'submit', label: t('提交'), primary: true }];
    this.ladder = this.outcomes.filter((each) => each.action !== 'return');
    this.returns = this.outcomes.filter((each) => each.action === 'return');
    this.chosen = this.ladder.find((each) => each.value === saved.outcome) || this.firstChoice();
    this.opinion = opinionBlock(options, saved.opinion || '', () => this.refresh());
    this.sender = new Sender(options);
  }

  firstChoice() {
    return this.ladder.find((each) => each.primary) || this.ladder[0] || null;
  }

  /** Put the blocks on the page and listen for the keys. */
  start(draft) {
    this.draft = draft;
    const choice = this.ladder.length > 1 ? outcomeChoice(this.ladder, this.chosen, (each) => this.choose(each)) : null;
    const card = this.opinion || choice ? this.opinionCard(choice) : null;
    const host = this.element.closest('.card-s') || this.element;
    if (card) host.after(card);
    this.buildBar(card || host);
    document.addEventListener('keydown', (event) => this.onKey(event));
    this.refresh();
  }

  opinionCard(choice) {
    const head = el('header', {}, el('h2', {}, this.options.opinion?.label || t('我的意见')), el('span.rt', { data: { slot: 'draft-state' } }));
    return el('section.card-s.opin', {}, head, el('div.bd', {}, choice, this.opinion?.node));
  }

  buildBar(after) {
    const given = document.querySelector('[data-slot="bar"]');
    const bar = given || el('div.bar');
    this.keep = this.options.draftUrl
      ? el('button.bt', { type: 'button', onclick: () => this.draft.save(true) }, t('暂存'), el('kbd', {}, 'Ctrl S'))
      : null;
    if (this.keep) bar.prepend(this.keep);
    const who = this.options.actor?.unit ? el('span.xs.muted', {}, t('以{unit}名义', this.options.actor)) : null;
    const back = this.returns.map((each) => el('button.bt.d', { type: 'button', onclick: () => this.askReturn(each) }, each.label));
    this.main = el('button.bt.p', { type: 'button', onclick: () => this.act(this.chosen) });
    bar.append(...[el('span.sp'), who, ...back, this.chosen ? this.main : null].filter(Boolean));
    if (!given) after.after(bar);
  }

  choose(outcome) {
    this.chosen = outcome;
    this.refresh();
  }

  /** Keep label, counter and state of the primary act true to the choice. */
  refresh() {
    if (!this.main || !this.chosen) return;
    const word = this.ladder.length > 1 ? t('提交：{label}', this.chosen) : this.chosen.label;
    this.main.replaceChildren(word, el('kbd', {}, 'Ctrl Enter'));
    this.opinion?.need(this.chosen.reasonMin || 0);
    this.draft?.touch();
  }

  onKey(event) {
    if (composing(event) || document.querySelector('dialog[open]') || !(event.ctrlKey || event.metaKey)) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      this.confirmThenAct();
    } else if (event.key.toLowerCase() === 's' && this.keep) {
      event.preventDefault();
      this.draft.save(true);
    }
  }

  async confirmThenAct() {
    const label = this.main.firstChild.textContent;
    const agreed = await confirmAct({ title: label, text: this.chosen.consequence || t('提交后本环节不可再改。'), label });
    if (agreed) await this.act(this.chosen);
  }

  /** Check in the browser, send, and show what the server says. */
  async act(outcome, opinion = this.opinion?.value() || '') {
    document.activeElement?.blur?.();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const result = this.form.submit();
    const short = this.tooShort(outcome, opinion);
    clearErrors(this);
    const skipForm = outcome.action === 'return' || outcome.novalidate;
    if ((!skipForm && Object.keys(result.errors).length) || short) {
      showErrors(this, result.errors, short ? [{ field: 'opinion', detail: short }] : []);
      return;
    }
    await this.transmit(outcome, opinion, result.data);
  }

  tooShort(outcome, opinion) {
    const least = outcome.reasonMin || 0;
    if (codePoints(opinion.trim()) >= least) return '';
    return t('“{label}”须写明理由，至少 {min} 字。', { label: outcome.label, min: least });
  }

  async transmit(outcome, opinion, data) {
    this.busy(true);
    try {
      await this.sender.send(outcome, opinion, data);
      this.draft.done();
      this.sender.leave();
    } catch (error) {
      if (!error.problem) throw error;
      showErrors(this, {}, error.problem.errors || [], error.problem);
    } finally {
      this.busy(false);
    }
  }

  busy(on) {
    document.querySelectorAll('[data-slot="bar"] button, .bar button').forEach((button) => {
      button.disabled = on;
    });
  }

  /** 退回 asks for its reason in a dialog that names the target and what is lost. */
  askReturn(outcome) {
    const block = opinionBlock({ opinion: { label: t('退回理由'), phrases: outcome.phrases } }, this.opinion?.value() || '', () => {
      act.disabled = codePoints(block.value().trim()) < (outcome.reasonMin || 0);
    });
    block.need(outcome.reasonMin || 0);
    const act = el('button.bt.dp', { type: 'button', onclick: () => {
      dialog.close('act');
      this.act(outcome, block.value());
    } }, outcome.confirmLabel || outcome.label);
    act.disabled = codePoints(block.value().trim()) < (outcome.reasonMin || 0);
    const note = el('div.note.w.mb8', {}, outcome.consequence || t('退回后，本轮其他席位的待办一并失效，已写的意见保留可查。'));
    const dialog = openDialog({ title: outcome.label, body: [note, block.node], buttons: [act] });
  }
}
