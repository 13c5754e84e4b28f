// A HIS in C# (.NET Framework 4.6.1 or later, or .NET 6): the same way as Client.java and client.py. Read, not run here.
//   Client.exe http://127.0.0.1:8700 his his.key ID_NUMBER CHARGE_SLIP_NUMBER
// A real HIS reads JSON with the library that it has; Field is enough for an example.
using System;
using System.IO;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

public static class Client
{
    private const int PatienceS = 5;
    private const int Tries = 60;

    // One for the whole program. Its timeout is longer than the gateway may take.
    private static readonly HttpClient Http = new HttpClient { Timeout = TimeSpan.FromSeconds(PatienceS + 25) };

    public static async Task<int> Main(string[] args)
    {
        Console.OutputEncoding = Encoding.UTF8;
        byte[] key = Encoding.ASCII.GetBytes(File.ReadAllText(args[2]).Trim());
        string credential = "{\"kind\":\"id_card\",\"value\":\"" + args[3] + "\"}", slip = args[4];
        Func<string, string, string, Task<Answer>> call = (path, body, once) => Call(args[0], args[1], key, path, body, once);

        Answer verdict = await call("/v1/eligibility", "{\"credential\":" + credential
            + ",\"kind\":\"chronic\",\"disease_codes\":[\"M03900\"],\"emergency\":false,\"trauma\":false}", null);
        Console.WriteLine("eligibility: " + Field(verdict.Body, verdict.Status == 200 ? "verdict" : "cause"));

        Answer visit = await UntilKnown(call, "/v1/visits", VisitOf(credential, slip), slip + "-open");
        if (visit.Status != 201) return Refused(visit);
        string settle = "/v1/visits/" + Field(visit.Body, "visit_id") + "/settle";
        Answer settled = await UntilKnown(call, settle, "{}", slip + "-settle");
        if (settled.Status != 200) return Refused(settled);
        if (Field(settled.Body, "state") != "settled")
        {
            Console.WriteLine("not settled: " + Field(settled.Body, "state"));
            return 1;
        }
        Console.WriteLine("settled " + Field(settled.Body, "settlement_id") + ": fund " + Field(settled.Body, "fund")
            + ", cash " + Field(settled.Body, "cash"));
        await call("/v1/submissions/" + Field(settled.Body, "submission_id") + "/ack", "{}", null); // booked here
        return 0;
    }

    private sealed class Answer
    {
        public int Status;
        public string Body;
    }

    private static int Refused(Answer answer)
    {
        Console.WriteLine("refused: " + Field(answer.Body, "cause") + "，" + Field(answer.Body, "next_step")
            + " (" + Field(answer.Body, "incident") + ")");
        return 1;
    }

    // The same call under the same key until it is not pending: money moves once, however often it is asked.
    private static async Task<Answer> UntilKnown(
        Func<string, string, string, Task<Answer>> call, string path, string body, string idempotencyKey)
    {
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            try
            {
                Answer answer = await call(path, body, idempotencyKey);
                if (answer.Status != 202 && answer.Status != 429 && answer.Status != 503) return answer;
                if (answer.Status == 202) Console.WriteLine("pending, do not charge again: asked again under the same key");
            }
            catch (Exception error) when (error is HttpRequestException || error is TaskCanceledException)
            {
                // The answer was lost on the way: nothing is known, so ask again.
                Console.WriteLine("no answer (" + error.GetType().Name + "): asked again under the same key");
            }
            await Task.Delay(1000);
        }
        throw new InvalidOperationException("still not known: tell IT the number of the charge slip");
    }

    // Signs every call: method, path, hash of the body, time and a nonce that is used once.
    private static async Task<Answer> Call(
        string url, string caller, byte[] key, string path, string body, string idempotencyKey)
    {
        byte[] content = Encoding.UTF8.GetBytes(body);
        string time = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString();
        string nonce = Guid.NewGuid().ToString("N");
        string hash, signature;
        using (SHA256 sha = SHA256.Create()) hash = Hex(sha.ComputeHash(content));
        using (HMACSHA256 mac = new HMACSHA256(key))
            signature = Hex(mac.ComputeHash(Encoding.UTF8.GetBytes("POST\n" + path + "\n" + hash + "\n" + time + "\n" + nonce)));

        using (HttpRequestMessage request = new HttpRequestMessage(HttpMethod.Post, url + path))
        {
            request.Content = new ByteArrayContent(content);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-8");
            request.Headers.ExpectContinue = false;
            request.Headers.Add("X-Yidi-Caller", caller);
            request.Headers.Add("X-Yidi-Time", time);
            request.Headers.Add("X-Yidi-Nonce", nonce);
            request.Headers.Add("X-Yidi-Signature", signature);
            request.Headers.Add("X-Yidi-Patience", PatienceS.ToString());
            if (idempotencyKey != null) request.Headers.Add("Idempotency-Key", idempotencyKey);
            using (HttpResponseMessage response = await Http.SendAsync(request))
                return new Answer { Status = (int)response.StatusCode, Body = await response.Content.ReadAsStringAsync() };
        }
    }

    // What the cashier charges. Who answered emergency and trauma is a person: never fill these in by yourself.
    private static string VisitOf(string credential, string slip)
    {
        string started = DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd'T'HH:mm:sszzz");
        return "{\"visit_no\":\"" + slip + "\",\"kind\":\"chronic\",\"credential\":" + credential
            + ",\"emergency\":false,\"trauma\":false,\"started_at\":\"" + started + "\""
            + ",\"department\":{\"code\":\"A03\",\"name\":\"内科\"}"
            + ",\"doctor\":{\"code\":\"D500103000001\",\"name\":\"示例医师\"}"
            + ",\"diagnoses\":[{\"code\":\"I10.x00\",\"name\":\"高血压\",\"main\":true}]"
            + ",\"lines\":[{\"line_no\":\"1\",\"code\":\"XC09AAY001A010101\",\"local_code\":\"10023\",\"name\":\"示例药品\""
            + ",\"quantity\":\"2\",\"unit_price\":\"12.30\",\"amount\":\"24.60\",\"disease_code\":\"M03900\""
            + ",\"prescribed_at\":\"" + started + "\"}]}";
    }

    // The first text of this name; empty when there is none.
    private static string Field(string json, string name)
    {
        return Regex.Match(json, "\"" + name + "\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"").Groups[1].Value;
    }

    private static string Hex(byte[] bytes)
    {
        return BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant();
    }
}
