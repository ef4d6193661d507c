// A bot as MAX's own examples have it. What it hears it answers, so that people see it was read.
'use strict';

const { Bot, Keyboard } = require('@maxhub/max-bot-api');

const bot = new Bot(process.env.MAX_TOKEN, { clientOptions: { baseUrl: process.env.MAX_URL } });
const { callback, link } = Keyboard.button;

bot.on('bot_started', (ctx) => ctx.reply(`**${ctx.user.name}** came with ${ctx.startPayload}`, {
  format: 'markdown',
  attachments: [Keyboard.inlineKeyboard([[callback('Go', 'go'), link('Site', 'https://x.y')]])],
}));

bot.action('go', (ctx) => ctx.answerOnCallback({
  notification: 'went',
  message: { text: 'gone', attachments: [] },
}));

bot.on('bot_added', async (ctx) => {
  const chat = await ctx.getChat();
  const me = await ctx.getChatMembership();
  const { members } = await ctx.getChatMembers();
  await ctx.reply(`${chat.title}: ${members.length} members, ${me.permissions}`);
});

bot.command('upload', async (ctx) => {
  const source = Buffer.from('data');
  const made = [
    await ctx.api.uploadImage({ source }),
    await ctx.api.uploadVideo({ source }),
    await ctx.api.uploadAudio({ source }),
    await ctx.api.uploadFile({ source }),
    await ctx.api.uploadVideo({ source: __filename }),
  ];
  for (const attachment of made) {
    await ctx.reply('', { attachments: [attachment.toJson()] });
  }
});

bot.command('edit', async (ctx) => {
  const { body } = await ctx.reply('one', { link: { type: 'reply', mid: ctx.messageId } });
  await ctx.api.editMessage(body.mid, { text: 'two' });
  const again = await ctx.api.getMessage(body.mid);
  await ctx.reply(`edited: ${again.body.text}`);
  await ctx.api.deleteMessage(body.mid);
});

bot.on('message_created', (ctx) => {
  const kinds = (ctx.message.body.attachments ?? []).map(({ type }) => type);
  return ctx.reply(`heard ${ctx.message.body.text || kinds}`);
});

bot.on('message_edited', (ctx) => ctx.reply(`now ${ctx.message.body.text}`));
bot.on('message_removed', (ctx) => ctx.reply(`gone ${ctx.messageId}`));

bot.api.setMyCommands([{ name: 'upload', description: 'Send every kind of file' }])
  .then(() => bot.start());
