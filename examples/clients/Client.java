import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A HIS in plain Java 8, without any library: eligibility, a visit, a settlement whose answer may be lost, asked again.
 *
 * <pre>java Client http://127.0.0.1:8700 his his.key ID_NUMBER CHARGE_SLIP_NUMBER</pre>
 *
 * A real HIS reads JSON with the library that it has; {@link #field} is enough for an example.
 */
public final class Client {
    private static final int PATIENCE_S = 5;
    private static final int TRIES = 60;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String url;
    private final String caller;
    private final byte[] key;
    private final PrintStream out;

    private Client(String url, String caller, byte[] key, PrintStream out) {
        this.url = url;
        this.caller = caller;
        this.key = key;
        this.out = out;
    }

    /** An answer: HTTP status and JSON text. */
    private static final class Answer {
        final int status;
        final String body;

        Answer(int status, String body) {
            this.status = status;
            this.body = body;
        }
    }

    public static void main(String[] args) throws Exception {
        System.setProperty("sun.net.http.retryPost", "false"); // else the JDK may send a call twice behind our back
        byte[] key = new String(Files.readAllBytes(Paths.get(args[2])), StandardCharsets.US_ASCII)
            .trim().getBytes(StandardCharsets.US_ASCII);
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        System.exit(new Client(args[0], args[1], key, out).run(args[3], args[4]));
    }

    private int run(String idNumber, String slip) throws Exception {
        String credential = "{\"kind\":\"id_card\",\"value\":\"" + idNumber + "\"}";
        Answer verdict = call("POST", "/v1/eligibility", "{\"credential\":" + credential
            + ",\"kind\":\"chronic\",\"disease_codes\":[\"M03900\"],\"emergency\":false,\"trauma\":false}", null);
        out.println("eligibility: " + field(verdict.body, verdict.status == 200 ? "verdict" : "cause"));

        Answer visit = untilKnown("/v1/visits", visitOf(credential, slip), slip + "-open");
        if (visit.status != 201) {
            return refused(visit);
        }
        String path = "/v1/visits/" + field(visit.body, "visit_id") + "/settle";
        Answer settled = untilKnown(path, "{}", slip + "-settle");
        if (settled.status != 200) {
            return refused(settled);
        }
        if (!"settled".equals(field(settled.body, "state"))) {
            out.println("not settled: " + field(settled.body, "state"));
            return 1;
        }
        out.println("settled " + field(settled.body, "settlement_id") + ": fund " + field(settled.body, "fund")
            + ", cash " + field(settled.body, "cash"));
        call("POST", "/v1/submissions/" + field(settled.body, "submission_id") + "/ack", "{}", null); // booked here
        return 0;
    }

    private int refused(Answer answer) {
        out.println("refused: " + field(answer.body, "cause") + "，" + field(answer.body, "next_step")
            + " (" + field(answer.body, "incident") + ")");
        return 1;
    }

    /** The same call under the same key until it is not pending: money moves once, however often it is asked. */
    private Answer untilKnown(String path, String body, String idempotencyKey) throws Exception {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            try {
                Answer answer = call("POST", path, body, idempotencyKey);
                if (answer.status != 202 && answer.status != 429 && answer.status != 503) {
                    return answer;
                }
                if (answer.status == 202) {
                    out.println("pending, do not charge again: asked again under the same key");
                }
            } catch (IOException error) { // the answer was lost on the way: nothing is known, so ask again
                out.println("no answer (" + error.getClass().getSimpleName() + "): asked again under the same key");
            }
            Thread.sleep(1000);
        }
        throw new IllegalStateException("still not known: tell IT the number of the charge slip");
    }

    /** Signs every call: method, path, hash of the body, time and a nonce that is used once. */
    private Answer call(String method, String path, String body, String idempotencyKey)
        throws IOException, GeneralSecurityException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String time = String.valueOf(System.currentTimeMillis() / 1000);
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        String nonce = hex(random);
        String hash = hex(MessageDigest.getInstance("SHA-256").digest(content));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        String text = method + "\n" + path + "\n" + hash + "\n" + time + "\n" + nonce;
        String signature = hex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));

        HttpURLConnection connection = (HttpURLConnection) URI.create(url + path).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout(5000);
        connection.setReadTimeout((PATIENCE_S + 25) * 1000);
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json; charset=UTF-8");
        connection.setRequestProperty("X-Yidi-Caller", caller);
        connection.setRequestProperty("X-Yidi-Time", time);
        connection.setRequestProperty("X-Yidi-Nonce", nonce);
        connection.setRequestProperty("X-Yidi-Signature", signature);
        connection.setRequestProperty("X-Yidi-Patience", String.valueOf(PATIENCE_S));
        if (idempotencyKey != null) {
            connection.setRequestProperty("Idempotency-Key", idempotencyKey);
        }
        try (OutputStream sending = connection.getOutputStream()) {
            sending.write(content);
        }
        int status = connection.getResponseCode();
        try (InputStream heard = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return new Answer(status, heard == null ? "" : text(heard));
        }
    }

    /** What the cashier charges. Who answered emergency and trauma is a person: never fill these in by yourself. */
    private static String visitOf(String credential, String slip) {
        String started = OffsetDateTime.now(ZoneOffset.ofHours(8)).withNano(0)
            .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
        return "{\"visit_no\":\"" + slip + "\",\"kind\":\"chronic\",\"credential\":" + credential
            + ",\"emergency\":false,\"trauma\":false,\"started_at\":\"" + started + "\""
            + ",\"department\":{\"code\":\"A03\",\"name\":\"内科\"}"
            + ",\"doctor\":{\"code\":\"D500103000001\",\"name\":\"示例医师\"}"
            + ",\"diagnoses\":[{\"code\":\"I10.x00\",\"name\":\"高血压\",\"main\":true}]"
            + ",\"lines\":[{\"line_no\":\"1\",\"code\":\"XC09AAY001A010101\",\"local_code\":\"10023\",\"name\":\"示例药品\""
            + ",\"quantity\":\"2\",\"unit_price\":\"12.30\",\"amount\":\"24.60\",\"disease_code\":\"M03900\""
            + ",\"prescribed_at\":\"" + started + "\"}]}";
    }

    /** The first text of this name; empty when there is none. */
    private static String field(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    private static String text(InputStream stream) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] piece = new byte[8192];
        for (int count = stream.read(piece); count >= 0; count = stream.read(piece)) {
            whole.write(piece, 0, count);
        }
        return new String(whole.toByteArray(), StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) {
            text.append(String.format("%02x", each));
        }
        return text.toString();
    }
}
