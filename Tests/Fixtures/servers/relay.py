#!/usr/bin/python3
"""A mail relay for tests: a real SMTP server that does what its script says, however wrong.

usage: relay.py SCRIPT, a JSON object:
  tls:      "starttls", "smtps" or "none"; certificate: a PEM file with the key
  auth:     [user, password]; offered in plain if tls is "none"
  unicode:  whether SMTPUTF8 is offered
  answers:  by verb (EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, CONTENT) a list of what to answer, one a time: a line, a line
            that begins with 421 (the connection ends after it), "drop" (it ends without an answer), "hang", or null for
            what is proper
Writes a line of JSON for what happens: the port, each command, each mail as Python's email package reads it.
"""
import asyncio
import email
import email.policy
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

script = json.loads(sys.argv[1])
answers = script.get("answers", {})
connections = 0


def tell(**event):
    print(json.dumps(event), flush=True)


def next_answer(verb):
    return answers[verb].pop(0) if answers.get(verb) else None


def read(content):
    mail = email.message_from_bytes(content, policy=email.policy.default)
    parts = [part for part in mail.walk() if not part.is_multipart()]
    return {
        "headers": [[name, str(value)] for name, value in mail.items()],
        "raw": [[name, str(value)] for name, value in
                email.message_from_bytes(content, policy=email.policy.compat32).items()],
        "type": mail.get_content_type(),
        "parts": [[part.get_content_type(), part.get_content(), str(part["Content-Transfer-Encoding"])] for part in parts],
        "defects": [type(defect).__name__ for part in mail.walk() for defect in part.defects],
        "longest": max(len(line) for line in content.split(b"\r\n")),
        "bare": content.replace(b"\r\n", b"").count(b"\n") + content.replace(b"\r\n", b"").count(b"\r"),
        "ascii": content.isascii(),
    }


class Relay(SMTP):
    def connection_made(self, transport):
        global connections
        if self.session is None:
            connections += 1
            self.number = connections
        super().connection_made(transport)

    async def scripted(self, verb, line=""):
        tell(event="command", verb=verb, connection=self.number, line=line or "", secure=self.transport.get_extra_info("sslcontext") is not None)
        answer = next_answer(verb)
        if answer is None:
            return False
        if answer == "hang":
            await asyncio.sleep(600)
        if answer != "drop":
            await self.push(answer)
        if answer == "drop" or answer.startswith("421"):
            self.transport.close()
        return True

    async def smtp_EHLO(self, hostname):
        if not await self.scripted("EHLO", hostname):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname):
        if not await self.scripted("HELO", hostname):
            await super().smtp_HELO(hostname)

    async def smtp_STARTTLS(self, arg):
        if not await self.scripted("STARTTLS", arg):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg):
        # The password is no business of the log.
        if not await self.scripted("AUTH", (arg or "").split(" ")[0]):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg):
        if not await self.scripted("MAIL", arg):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        if not await self.scripted("RCPT", arg):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        if not await self.scripted("DATA", arg):
            await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg):
        if not await self.scripted("QUIT", arg):
            await super().smtp_QUIT(arg)


class Handler:
    async def handle_DATA(self, server, session, envelope):
        tell(event="mail", sender=envelope.mail_from, recipients=envelope.rcpt_tos, connection=server.number,
             user=session.auth_data.decode() if session.authenticated else None,
             options=envelope.mail_options, mail=read(envelope.original_content))
        answer = next_answer("CONTENT")
        if answer == "hang":
            await asyncio.sleep(600)
        if answer == "drop":
            server.transport.close()
            await asyncio.sleep(0.1)
        elif answer and answer.startswith("421"):
            asyncio.get_running_loop().call_later(0.05, server.transport.close)
        return answer or "250 2.0.0 taken"


def authenticator(server, session, envelope, mechanism, data):
    good = [data.login.decode(), data.password.decode()] == script["auth"]
    return AuthResult(success=good, handled=False, auth_data=data.login)


async def end_with_parent():
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(0.5)
    os._exit(0)


async def main():
    watch = asyncio.create_task(end_with_parent())
    tls = None
    if script["tls"] != "none":
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(script["certificate"])
    options = {"enable_SMTPUTF8": script.get("unicode", False), "hostname": "relay.test", "timeout": 300}
    if script["tls"] == "starttls":
        options["tls_context"] = tls
    if "auth" in script:
        options["authenticator"] = authenticator
        options["auth_require_tls"] = script["tls"] == "starttls"
    server = await asyncio.get_running_loop().create_server(
        lambda: Relay(Handler(), **options), "127.0.0.1", 0, ssl=tls if script["tls"] == "smtps" else None)
    tell(event="ready", port=server.sockets[0].getsockname()[1])
    async with server:
        await watch


asyncio.run(main())
