// A HIS in Delphi (10.2 or later): the same way as Client.java and client.py. Read, not run here.
//   Client.exe http://127.0.0.1:8700 his his.key ID_NUMBER CHARGE_SLIP_NUMBER
program Client;

{$APPTYPE CONSOLE}

uses
  System.SysUtils, System.Classes, System.DateUtils, System.Hash, System.IOUtils, System.JSON,
  System.Net.HttpClient, System.Net.URLClient;

const
  PATIENCE_S = 5;
  TRIES = 60;

type
  TAnswer = record
    Status: Integer;  // 0: no answer came
    Body: string;
  end;

var
  Url, Caller: string;
  Key: TBytes;

function Nonce: string;
begin
  Result := TGUID.NewGuid.ToString.Replace('{', '').Replace('}', '').Replace('-', '');
end;

// Signs every call: method, path, hash of the body, time and a nonce that is used once.
function Call(const Path, Body, IdempotencyKey: string): TAnswer;
var
  Http: THTTPClient;
  Content: TBytesStream;
  Response: IHTTPResponse;
  Hash, Stamp, Once: string;
  Bytes: TBytes;
begin
  Bytes := TEncoding.UTF8.GetBytes(Body);
  Stamp := IntToStr(DateTimeToUnix(TTimeZone.Local.ToUniversalTime(Now), True));
  Once := Nonce;
  Content := TBytesStream.Create(Bytes);
  Http := THTTPClient.Create;
  try
    Hash := THashSHA2.GetHashString(Content, THashSHA2.TSHA2Version.SHA256);
    Content.Position := 0;
    Http.ConnectionTimeout := 5000;
    Http.ResponseTimeout := (PATIENCE_S + 25) * 1000;
    Http.HandleRedirects := False;
    Http.ContentType := 'application/json; charset=utf-8';
    Http.CustomHeaders['X-Yidi-Caller'] := Caller;
    Http.CustomHeaders['X-Yidi-Time'] := Stamp;
    Http.CustomHeaders['X-Yidi-Nonce'] := Once;
    Http.CustomHeaders['X-Yidi-Signature'] := THashSHA2.GetHMAC(
      TEncoding.UTF8.GetBytes('POST'#10 + Path + #10 + Hash + #10 + Stamp + #10 + Once), Key,
      THashSHA2.TSHA2Version.SHA256);
    Http.CustomHeaders['X-Yidi-Patience'] := IntToStr(PATIENCE_S);
    if IdempotencyKey <> '' then
      Http.CustomHeaders['Idempotency-Key'] := IdempotencyKey;
    try
      Response := Http.Post(Url + Path, Content);
      Result.Status := Response.StatusCode;
      Result.Body := Response.ContentAsString(TEncoding.UTF8);
    except
      on Error: ENetException do  // the answer was lost on the way: nothing is known
      begin
        Result.Status := 0;
        Result.Body := '{}';
      end;
    end;
  finally
    Http.Free;
    Content.Free;
  end;
end;

// The same call under the same key until it is not pending: money moves once, however often it is asked.
function UntilKnown(const Path, Body, IdempotencyKey: string): TAnswer;
var
  Attempt: Integer;
begin
  for Attempt := 1 to TRIES do
  begin
    Result := Call(Path, Body, IdempotencyKey);
    case Result.Status of
      0: Writeln('no answer: asked again under the same key');
      202: Writeln('pending, do not charge again: asked again under the same key');
      429, 503: ;  // not taken, or not sent: nothing has moved
    else
      Exit;
    end;
    Sleep(1000);
  end;
  raise Exception.Create('still not known: tell IT the number of the charge slip');
end;

function Field(const Json, Path: string): string;
var
  Value: TJSONValue;
begin
  Value := TJSONObject.ParseJSONValue(Json);
  try
    if (Value = nil) or not Value.TryGetValue<string>(Path, Result) then
      Result := '';
  finally
    Value.Free;
  end;
end;

// What the cashier charges. Who answered emergency and trauma is a person: never fill these in by yourself.
function VisitOf(const Credential, Slip: string): string;
var
  Started: string;
begin
  Started := FormatDateTime('yyyy-mm-dd"T"hh":"nn":"ss', IncHour(TTimeZone.Local.ToUniversalTime(Now), 8)) + '+08:00';
  Result := '{"visit_no":"' + Slip + '","kind":"chronic","credential":' + Credential
    + ',"emergency":false,"trauma":false,"started_at":"' + Started + '"'
    + ',"department":{"code":"A03","name":"内科"},"doctor":{"code":"D500103000001","name":"示例医师"}'
    + ',"diagnoses":[{"code":"I10.x00","name":"高血压","main":true}]'
    + ',"lines":[{"line_no":"1","code":"XC09AAY001A010101","local_code":"10023","name":"示例药品"'
    + ',"quantity":"2","unit_price":"12.30","amount":"24.60","disease_code":"M03900"'
    + ',"prescribed_at":"' + Started + '"}]}';
end;

procedure Refused(const Answer: TAnswer);
begin
  Writeln('refused: ' + Field(Answer.Body, 'cause') + '，' + Field(Answer.Body, 'next_step')
    + ' (' + Field(Answer.Body, 'incident') + ')');
  Halt(1);
end;

var
  Credential, Slip: string;
  Verdict, Visit, Settled: TAnswer;
begin
  Url := ParamStr(1);
  Caller := ParamStr(2);
  Key := TEncoding.ASCII.GetBytes(Trim(TFile.ReadAllText(ParamStr(3))));
  Credential := '{"kind":"id_card","value":"' + ParamStr(4) + '"}';
  Slip := ParamStr(5);

  Verdict := Call('/v1/eligibility', '{"credential":' + Credential
    + ',"kind":"chronic","disease_codes":["M03900"],"emergency":false,"trauma":false}', '');
  if Verdict.Status = 200 then
    Writeln('eligibility: ' + Field(Verdict.Body, 'verdict'))
  else
    Writeln('eligibility: ' + Field(Verdict.Body, 'cause'));

  Visit := UntilKnown('/v1/visits', VisitOf(Credential, Slip), Slip + '-open');
  if Visit.Status <> 201 then
    Refused(Visit);
  Settled := UntilKnown('/v1/visits/' + Field(Visit.Body, 'visit_id') + '/settle', '{}', Slip + '-settle');
  if Settled.Status <> 200 then
    Refused(Settled);
  if Field(Settled.Body, 'baskets[0].state') <> 'settled' then
  begin
    Writeln('not settled: ' + Field(Settled.Body, 'baskets[0].state'));
    Halt(1);
  end;
  Writeln('settled ' + Field(Settled.Body, 'baskets[0].settlement.settlement_id')
    + ': fund ' + Field(Settled.Body, 'baskets[0].settlement.amounts.fund')
    + ', cash ' + Field(Settled.Body, 'baskets[0].settlement.amounts.cash'));
  Call('/v1/submissions/' + Field(Settled.Body, 'baskets[0].submission_id') + '/ack', '{}', '');  // booked here
end.
